package io.github.queuestarter.listener;

import java.lang.reflect.Method;
import java.util.Arrays;
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
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/**
 * Makes handlers of bean methods, with the arguments that spring-messaging knows and
 * {@link io.github.queuestarter.Delivery}.
 */
final class HandlerFactory {

	private final List<StoredArgumentResolver> stored;

	private final @Nullable Validator validator;

	/**
	 * All arguments but the payload by its type, which takes what they leave.
	 */
	private final HandlerMethodArgumentResolverComposite unvalidated = new HandlerMethodArgumentResolverComposite();

	private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

	HandlerFactory(PayloadConverter payloads, @Nullable Validator validator, List<StoredArgumentResolver> stored,
			ConfigurableBeanFactory beanFactory) {
		PayloadMessageConverter converter = new PayloadMessageConverter(payloads);
		ConversionService conversions = new DefaultFormattingConversionService();
		this.stored = stored;
		this.validator = validator;
		stored.forEach((resolver) -> this.unvalidated.addResolver(new StoredArgument(resolver)));
		this.unvalidated.addResolvers(List.of(new DeliveryArgumentResolver(),
				new HeaderMethodArgumentResolver(conversions, beanFactory), new HeadersMethodArgumentResolver(),
				new MessageMethodArgumentResolver(converter), new UntypedPayloadArgumentResolver(payloads)));
		this.resolvers.addResolver(this.unvalidated);
		this.resolvers.addResolver(new PayloadMethodArgumentResolver(converter, validator));
	}

	/**
	 * Make a handler.
	 * @param name how its users know the method
	 * @throws InvalidListenerException if its payload is to be validated and can't be
	 */
	Handler handlerFor(Object bean, Method method, String name) {
		for (MethodParameter parameter : new InvocableHandlerMethod(bean, method).getMethodParameters()) {
			if (!this.unvalidated.supportsParameter(parameter) && asksForValidation(parameter)
					&& !canValidate(parameter)) {
				throw new InvalidListenerException(
						"Listener " + name + " asks for a validated payload, and the application has no validator for '"
								+ parameter.getParameterType().getSimpleName()
								+ "', or several of which none is primary",
						"Add 'spring-boot-starter-validation', mark one Validator bean as @Primary, or remove the"
								+ " annotation.",
						null);
			}
		}
		return new MethodHandler(bean, method, this.resolvers, onlyBackend(method));
	}

	private static boolean asksForValidation(MethodParameter parameter) {
		return Arrays.stream(parameter.getParameterAnnotations())
			.anyMatch((annotation) -> ValidationAnnotationUtils.determineValidationHints(annotation) != null);
	}

	private boolean canValidate(MethodParameter parameter) {
		return this.validator != null && this.validator.supports(parameter.getParameterType());
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
