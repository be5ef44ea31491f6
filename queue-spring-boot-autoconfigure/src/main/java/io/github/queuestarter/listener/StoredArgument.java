package io.github.queuestarter.listener;

import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;

/**
 * Asks a {@link StoredArgumentResolver}.
 */
record StoredArgument(StoredArgumentResolver resolver) implements HandlerMethodArgumentResolver {

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return this.resolver.supports(parameter);
	}

	@Override
	public Object resolveArgument(MethodParameter parameter, Message<?> message) {
		return this.resolver.resolve(parameter, ((DeliveredMessage) message).claimed());
	}

}
