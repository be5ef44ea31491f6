package io.github.queuestarter.listener;

import java.lang.reflect.Modifier;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.converter.MessageConverter;
import org.springframework.messaging.handler.annotation.support.PayloadMethodArgumentResolver;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/**
 * Resolves the payload by the type that a handler declares, and validates it if it is to
 * be. What is to be validated is never handed over without.
 */
final class TypedPayloadArgumentResolver extends PayloadMethodArgumentResolver {

	private final @Nullable Validator validator;

	TypedPayloadArgumentResolver(MessageConverter converter, @Nullable Validator validator) {
		super(converter, validator);
		this.validator = validator;
	}

	static boolean asksForValidation(MethodParameter parameter) {
		return Arrays.stream(parameter.getParameterAnnotations())
			.anyMatch((annotation) -> ValidationAnnotationUtils.determineValidationHints(annotation) != null);
	}

	/**
	 * Refuse a parameter that is to be validated and can't be.
	 * @param name the handler, for the message
	 */
	void requireValidator(MethodParameter parameter, String name) {
		if (!asksForValidation(parameter)) {
			return;
		}
		if (this.validator == null) {
			throw new InvalidListenerException(
					"Listener " + name
							+ " asks for a validated payload, and the application has no validator, or several"
							+ " of which none is primary",
					"Add 'spring-boot-starter-validation', mark one Validator bean as @Primary, or remove the"
							+ " annotation.",
					null);
		}
		Class<?> type = parameter.nestedIfOptional().getNestedParameterType();
		// what an abstract type stands for is known when it is there
		if (!Modifier.isAbstract(type.getModifiers()) && !this.validator.supports(type)) {
			throw new InvalidListenerException(
					"Listener " + name + " asks for a validated payload, and " + noValidatorFor(type, this.validator),
					"Add 'spring-boot-starter-validation', mark a Validator bean that supports the type as @Primary, or"
							+ " remove the annotation.",
					null);
		}
	}

	@Override
	protected void validate(Message<?> message, MethodParameter parameter, Object target) {
		if (this.validator != null && !this.validator.supports(target.getClass()) && asksForValidation(parameter)) {
			throw new IllegalStateException(noValidatorFor(target.getClass(), this.validator));
		}
		super.validate(message, parameter, target);
	}

	private static String noValidatorFor(Class<?> type, Validator validator) {
		return "the validator of the application (" + validator.getClass().getName() + ") does not support '"
				+ type.getSimpleName() + "'";
	}

}
