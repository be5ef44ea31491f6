package io.github.queuestarter.listener;

import java.lang.reflect.Method;
import java.util.List;

import io.github.queuestarter.core.PayloadConverter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.ConversionService;
import org.springframework.format.support.DefaultFormattingConversionService;
import org.springframework.messaging.handler.annotation.support.HeaderMethodArgumentResolver;
import org.springframework.messaging.handler.annotation.support.HeadersMethodArgumentResolver;
import org.springframework.messaging.handler.annotation.support.MessageMethodArgumentResolver;
import org.springframework.messaging.handler.annotation.support.PayloadMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;
import org.springframework.validation.Validator;

/**
 * Makes handlers of bean methods, with the arguments that spring-messaging knows and
 * {@link io.github.queuestarter.Delivery}.
 */
final class HandlerFactory {

	private final List<StoredArgumentResolver> stored;

	private final PayloadValidation validation;

	/**
	 * Arguments that are no payload, or one as the store has it.
	 */
	private final HandlerMethodArgumentResolverComposite plain = new HandlerMethodArgumentResolverComposite();

	/**
	 * Payloads that no validator gets to see.
	 */
	private final HandlerMethodArgumentResolverComposite unseen = new HandlerMethodArgumentResolverComposite();

	private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

	HandlerFactory(PayloadConverter payloads, @Nullable Validator validator, List<StoredArgumentResolver> stored,
			ConfigurableBeanFactory beanFactory) {
		PayloadMessageConverter converter = new PayloadMessageConverter(payloads);
		ConversionService conversions = new DefaultFormattingConversionService();
		this.stored = stored;
		this.validation = new PayloadValidation(validator);
		stored.forEach((resolver) -> this.plain.addResolver(new StoredArgument(resolver)));
		this.plain.addResolvers(List.of(new DeliveryArgumentResolver(),
				new HeaderMethodArgumentResolver(conversions, beanFactory), new HeadersMethodArgumentResolver()));
		this.unseen.addResolvers(
				List.of(new MessageMethodArgumentResolver(converter), new UntypedPayloadArgumentResolver(payloads)));
		this.resolvers
			.addResolvers(List.of(this.plain, this.unseen, new PayloadMethodArgumentResolver(converter, validator)));
	}

	/**
	 * Make a handler.
	 * @param name how its users know the method
	 * @throws InvalidListenerException if something is to be validated and can't be
	 */
	Handler handlerFor(Object bean, Method method, String name) {
		for (MethodParameter parameter : new InvocableHandlerMethod(bean, method).getMethodParameters()) {
			if (this.plain.supportsParameter(parameter)) {
				continue;
			}
			if (this.unseen.supportsParameter(parameter)) {
				this.validation.checkUnseen(parameter, name);
			}
			else {
				this.validation.check(parameter, name);
			}
		}
		return new MethodHandler(bean, method, this.resolvers, onlyBackend(method));
	}

	private @Nullable String onlyBackend(Method method) {
		for (int i = 0; i < method.getParameterCount(); i++) {
			MethodParameter parameter = new MethodParameter(method, i);
			for (StoredArgumentResolver resolver : this.stored) {
				if (resolver.supports(parameter)) {
					return resolver.backend();
				}
			}
		}
		return null;
	}

}
