package io.github.queuestarter.listener;

import java.util.Map;

import io.github.queuestarter.store.ClaimedMessage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;

/**
 * Observes each attempt as {@code queue.process}. Traces go on from the headers that the
 * sender put in.
 */
final class ObservedHandler implements Handler {

	private final Handler handler;

	private final String backend;

	private final ObservationRegistry observations;

	ObservedHandler(Handler handler, String backend, ObservationRegistry observations) {
		this.handler = handler;
		this.backend = backend;
		this.observations = observations;
	}

	@Override
	public HandlerResult handle(ClaimedMessage message) {
		if (this.observations.isNoop()) {
			return this.handler.handle(message);
		}
		ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get);
		context.setCarrier(message.headers());
		Observation observation = Observation.createNotStarted("queue.process", () -> context, this.observations)
			.contextualName(message.queue() + " process")
			.lowCardinalityKeyValue("queue", message.queue())
			.lowCardinalityKeyValue("group", message.group())
			.lowCardinalityKeyValue("backend", this.backend)
			.highCardinalityKeyValue("message", message.id())
			.start();
		try (Observation.Scope scope = observation.openScope()) {
			HandlerResult result = this.handler.handle(message);
			if (result instanceof HandlerResult.Threw threw) {
				observation.error(threw.cause());
			}
			else if (result instanceof HandlerResult.Unreadable unreadable) {
				observation.error(unreadable.cause());
			}
			return result;
		}
		finally {
			observation.stop();
		}
	}

}
