package io.github.queuestarter.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.PayloadTooLargeException;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.Names;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.QueueStore;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;

import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Sends messages to the store that each queue lives in. Safe for use by many threads.
 */
public class QueueTemplate implements QueueOperations {

	private static final int STORED_AT_ONCE = 1000;

	private final QueueStores stores;

	private final PayloadConverter converter;

	private final DataSize maxPayloadSize;

	private final Observations observations;

	private final QueueObserver observer;

	private final MessageIds ids = new MessageIds();

	public QueueTemplate(QueueStores stores, PayloadConverter converter, DataSize maxPayloadSize,
			ObservationRegistry observations, QueueObserver observer) {
		this.stores = stores;
		this.converter = converter;
		this.maxPayloadSize = maxPayloadSize;
		this.observations = new Observations(observations);
		this.observer = observer;
	}

	@Override
	public String send(String queue, Object payload) {
		return send(queue, payload, SendOptions.none());
	}

	@Override
	public String send(String queue, Object payload, SendOptions options) {
		Assert.notNull(payload, "'payload' must not be null");
		return sendAll(queue, List.of(payload), options).get(0);
	}

	@Override
	public List<String> sendAll(String queue, Collection<?> payloads) {
		return sendAll(queue, payloads, SendOptions.none());
	}

	@Override
	public List<String> sendAll(String queue, Collection<?> payloads, SendOptions options) {
		Names.requireValid("queue", queue);
		Assert.notNull(options, "'options' must not be null");
		if (payloads.isEmpty()) {
			return List.of();
		}
		QueueStore store = this.stores.storeOf(queue);
		List<EncodedPayload> encoded = encode(queue, payloads);
		Map<String, String> headers = new LinkedHashMap<>(options.getHeaders());
		return this.observations.observe((registry) -> observation(store, queue, headers, registry), (ids) -> null,
				() -> send(store, queue, encoded, headers, options));
	}

	private static Observation observation(QueueStore store, String queue, Map<String, String> headers,
			ObservationRegistry registry) {
		SenderContext<Map<String, String>> context = new SenderContext<>((carrier, name, value) -> {
			if (carrier != null) {
				carrier.put(name, value);
			}
		});
		context.setCarrier(headers);
		return Observation.createNotStarted("queue.send", () -> context, registry)
			.contextualName(queue + " send")
			.lowCardinalityKeyValue("queue", queue)
			.lowCardinalityKeyValue("backend", store.backend());
	}

	private List<EncodedPayload> encode(String queue, Collection<?> payloads) {
		List<EncodedPayload> encoded = new ArrayList<>(payloads.size());
		for (Object payload : payloads) {
			Assert.notNull(payload, "'payload' must not be null");
			EncodedPayload one = this.converter.encode(payload);
			if (one.bytes().length > this.maxPayloadSize.toBytes()) {
				throw new PayloadTooLargeException(queue, one.bytes().length, this.maxPayloadSize);
			}
			encoded.add(one);
		}
		return encoded;
	}

	private List<String> send(QueueStore store, String queue, List<EncodedPayload> payloads,
			Map<String, String> headers, SendOptions options) {
		List<String> ids = new ArrayList<>(payloads.size());
		List<OutgoingMessage> messages = new ArrayList<>(payloads.size());
		for (EncodedPayload payload : payloads) {
			String id = this.ids.next();
			ids.add(id);
			messages.add(new OutgoingMessage(id, queue, payload, headers, options.getDelay(), options.getAt()));
		}
		Appender appender = store.appender();
		if (options.isImmediate() || !AfterCommitSends.transactionIsActive()) {
			append(store, queue, messages, false);
		}
		else if (appender.joinsTransaction()) {
			append(store, queue, messages, true);
		}
		else {
			AfterCommitSends.of(store, this.observer).add(messages);
		}
		return ids;
	}

	private void append(QueueStore store, String queue, List<OutgoingMessage> messages, boolean join) {
		for (int from = 0; from < messages.size(); from += STORED_AT_ONCE) {
			List<OutgoingMessage> part = messages.subList(from, Math.min(messages.size(), from + STORED_AT_ONCE));
			store.appender().append(part, join);
			this.observer.on(new QueueEvent.Sent(store.backend(), queue, part.size()));
		}
	}

}
