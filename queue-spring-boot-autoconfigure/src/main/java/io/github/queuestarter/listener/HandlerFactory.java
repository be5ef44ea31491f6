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
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.validation.Validator;

/**
 * Makes handlers of bean methods, with the arguments that spring-messaging knows and
 * {@link io.github.queuestarter.Delivery}.
 */
final class HandlerFactory {

	private final List<StoredArgumentResolver> stored;

	private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

	HandlerFactory(PayloadConverter payloads, @Nullable Validator validator, List<StoredArgumentResolver> stored,
			ConfigurableBeanFactory beanFactory) {
		PayloadMessageConverter converter = new PayloadMessageConverter(payloads);
		ConversionService conversions = new DefaultFormattingConversionService();
		List<HandlerMethodArgumentResolver> resolvers = List.of(new DeliveryArgumentResolver(),
				new HeaderMethodArgumentResolver(conversions, beanFactory), new HeadersMethodArgumentResolver(),
				new MessageMethodArgumentResolver(converter), new UntypedPayloadArgumentResolver(payloads),
				new PayloadMethodArgumentResolver(converter, validator));
		this.stored = stored;
		stored.forEach((resolver) -> this.resolvers.addResolver(new StoredArgument(resolver)));
		this.resolvers.addResolvers(resolvers);
	}

	Handler handlerFor(Object bean, Method method) {
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
