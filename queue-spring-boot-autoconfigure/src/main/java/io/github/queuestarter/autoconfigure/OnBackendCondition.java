package io.github.queuestarter.autoconfigure;

import java.util.Map;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches a store that some queue may live in: no store is named as the one for all
 * queues, or it is this one, or a queue names it.
 */
final class OnBackendCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		String backend = backend(metadata);
		ConditionMessage.Builder message = ConditionMessage.forCondition("Queue backend", backend);
		Environment environment = context.getEnvironment();
		String all = environment.getProperty("queue.backend");
		if (all == null || all.isBlank() || all.equals(backend)) {
			return ConditionOutcome.match(message.because("'queue.backend' is " + ((all == null) ? "not set" : all)));
		}
		Map<String, QueueOverrides> queues = Binder.get(environment)
			.bind("queue.queues", Bindable.mapOf(String.class, QueueOverrides.class))
			.orElse(Map.of());
		if (queues.values().stream().anyMatch((queue) -> backend.equals(queue.getBackend()))) {
			return ConditionOutcome.match(message.because("a queue names it"));
		}
		return ConditionOutcome.noMatch(message.because("'queue.backend' is " + all + " and no queue names it"));
	}

	private static String backend(AnnotatedTypeMetadata metadata) {
		return metadata.getAnnotations().get(ConditionalOnBackend.class).getString(MergedAnnotation.VALUE);
	}

}
