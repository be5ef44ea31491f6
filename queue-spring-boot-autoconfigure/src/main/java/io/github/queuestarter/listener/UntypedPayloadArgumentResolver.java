package io.github.queuestarter.listener;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.core.PayloadConverter;

import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;

/**
 * Resolves an argument of type {@link Object}: spring-messaging would hand over the
 * payload as it is stored, since that is an object too.
 */
final class UntypedPayloadArgumentResolver implements HandlerMethodArgumentResolver {

	private final PayloadConverter converter;

	UntypedPayloadArgumentResolver(PayloadConverter converter) {
		this.converter = converter;
	}

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return PayloadType.of(parameter) == Object.class && parameter.getParameterType() == Object.class;
	}

	@Override
	public Object resolveArgument(MethodParameter parameter, Message<?> message) {
		return this.converter.decode((EncodedPayload) message.getPayload(), Object.class);
	}

}
