package io.github.queuestarter.listener;

import java.lang.reflect.Type;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.core.PayloadConverter;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.SmartMessageConverter;

/**
 * Gives spring-messaging the payload in the type that the handler's parameter declares,
 * generics included.
 */
final class PayloadMessageConverter implements SmartMessageConverter {

	private final PayloadConverter converter;

	PayloadMessageConverter(PayloadConverter converter) {
		this.converter = converter;
	}

	@Override
	public @Nullable Object fromMessage(Message<?> message, Class<?> targetClass, @Nullable Object conversionHint) {
		if (!(message.getPayload() instanceof EncodedPayload payload)) {
			return null;
		}
		Type type = (conversionHint instanceof MethodParameter parameter) ? PayloadType.of(parameter) : targetClass;
		return this.converter.decode(payload, type);
	}

	@Override
	public @Nullable Object fromMessage(Message<?> message, Class<?> targetClass) {
		return fromMessage(message, targetClass, null);
	}

	@Override
	public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers) {
		return null;
	}

	@Override
	public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers,
			@Nullable Object conversionHint) {
		return null;
	}

}
