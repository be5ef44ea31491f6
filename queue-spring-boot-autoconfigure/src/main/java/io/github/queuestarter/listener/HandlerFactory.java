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
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;
import org.springframework.validation.Validator;

/**
 * Makes handlers of bean methods, with the arguments that spring-messaging knows and
 * {@link io.github.queuestarter.Delivery}.
 */
final class HandlerFactory {

	private final List<StoredArgumentResolver> stored;

	private final TypedPayloadArgumentResolver payload;

	/**
	 * Payloads that no validator gets to see.
	 */
	private final HandlerMethodArgumentResolverComposite unvalidated = new HandlerMethodArgumentResolverComposite();

	/**
	 * All arguments but the payload by its type, which takes what they leave.
	 */
	private final HandlerMethodArgumentResolverComposite others = new HandlerMethodArgumentResolverComposite();

	private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

	HandlerFactory(PayloadConverter payloads, @Nullable Validator validator, List<StoredArgumentResolver> stored,
			ConfigurableBeanFactory beanFactory) {
		PayloadMessageConverter converter = new PayloadMessageConverter(payloads);
		ConversionService conversions = new DefaultFormattingConversionService();
		this.stored = stored;
		this.payload = new TypedPayloadArgumentResolver(converter, validator);
		this.unvalidated.addResolvers(
				List.of(new MessageMethodArgumentResolver(converter), new UntypedPayloadArgumentResolver(payloads)));
		stored.forEach((resolver) -> this.others.addResolver(new StoredArgument(resolver)));
		this.others.addResolvers(
				List.of(new DeliveryArgumentResolver(), new HeaderMethodArgumentResolver(conversions, beanFactory),
						new HeadersMethodArgumentResolver(), this.unvalidated));
		this.resolvers.addResolvers(List.of(this.others, this.payload));
	}

	/**
	 * Make a handler.
	 * @param name how its users know the method
	 * @throws InvalidListenerException if something is to be validated and can't be
	 */
	Handler handlerFor(Object bean, Method method, String name) {
		for (MethodParameter parameter : new InvocableHandlerMethod(bean, method).getMethodParameters()) {
			if (!this.others.supportsParameter(parameter)) {
				this.payload.requireValidator(parameter, name);
			}
			else if (this.unvalidated.supportsParameter(parameter)
					&& TypedPayloadArgumentResolver.asksForValidation(parameter)) {
				throw new InvalidListenerException("Listener " + name + " asks for validation of its '"
						+ parameter.getParameterType().getSimpleName() + "', of which the payload is not validated",
						"Declare the payload by its own type, or remove the annotation.", null);
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
