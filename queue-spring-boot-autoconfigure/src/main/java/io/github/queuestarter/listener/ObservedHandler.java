package io.github.queuestarter.listener;

import java.util.Map;

import io.github.queuestarter.core.Observations;
import io.github.queuestarter.store.ClaimedMessage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import org.jspecify.annotations.Nullable;

/**
 * Observes each attempt as {@code queue.process}. Traces go on from the headers that the
 * sender put in.
 */
final class ObservedHandler implements Handler {

	private final Handler handler;

	private final String backend;

	private final Observations observations;

	ObservedHandler(Handler handler, String backend, ObservationRegistry observations) {
		this.handler = handler;
		this.backend = backend;
		this.observations = new Observations(observations);
	}

	@Override
	public HandlerResult handle(ClaimedMessage message) {
		return this.observations.observe((registry) -> observation(message, registry), ObservedHandler::failure,
				() -> this.handler.handle(message));
	}

	private Observation observation(ClaimedMessage message, ObservationRegistry registry) {
		ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get);
		context.setCarrier(message.headers());
		return Observation.createNotStarted("queue.process", () -> context, registry)
			.contextualName(message.queue() + " process")
			.lowCardinalityKeyValue("queue", message.queue())
			.lowCardinalityKeyValue("group", message.group())
			.lowCardinalityKeyValue("backend", this.backend)
			.highCardinalityKeyValue("message", message.id());
	}

	private static @Nullable Throwable failure(HandlerResult result) {
		if (result instanceof HandlerResult.Threw threw) {
			return threw.cause();
		}
		return (result instanceof HandlerResult.Unreadable unreadable) ? unreadable.cause() : null;
	}

}
