package io.github.queuestarter.listener;

import java.lang.reflect.Modifier;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/**
 * Refuses handlers of which the payload is to be validated and nothing would do it:
 * spring-messaging leaves it out without a word.
 */
final class PayloadValidation {

	private final @Nullable Validator validator;

	PayloadValidation(@Nullable Validator validator) {
		this.validator = validator;
	}

	/**
	 * Check a payload that is handed over by the type that the handler declares.
	 * @param name the handler, for the message
	 */
	void check(MethodParameter parameter, String name) {
		if (!isAskedFor(parameter)) {
			return;
		}
		Class<?> type = parameter.nestedIfOptional().getNestedParameterType();
		if (this.validator == null) {
			throw new InvalidListenerException(
					"Listener " + name
							+ " asks for a validated payload, and the application has no validator, or several"
							+ " of which none is primary",
					"Add 'spring-boot-starter-validation', mark one Validator bean as @Primary, or remove the"
							+ " annotation.",
					null);
		}
		if (!isOpen(type) && !this.validator.supports(type)) {
			throw new InvalidListenerException(
					"Listener " + name + " asks for a validated payload, and the validator of the application ("
							+ this.validator.getClass().getName() + ") does not support '" + type.getSimpleName() + "'",
					"Add 'spring-boot-starter-validation', mark a Validator bean that supports the type as @Primary, or"
							+ " remove the annotation.",
					null);
		}
	}

	/**
	 * Check a payload that no validator gets to see.
	 */
	void checkUnseen(MethodParameter parameter, String name) {
		if (isAskedFor(parameter)) {
			throw new InvalidListenerException(
					"Listener " + name + " asks for validation of its '" + parameter.getParameterType().getSimpleName()
							+ "', of which the payload is not validated",
					"Declare the payload by its own type, or remove the annotation.", null);
		}
	}

	private static boolean isAskedFor(MethodParameter parameter) {
		return Arrays.stream(parameter.getParameterAnnotations())
			.anyMatch((annotation) -> ValidationAnnotationUtils.determineValidationHints(annotation) != null);
	}

	/**
	 * Whether objects are of another type, which a validator may support. Primitives and
	 * arrays are abstract, too, but final.
	 */
	private static boolean isOpen(Class<?> type) {
		return Modifier.isAbstract(type.getModifiers()) && !Modifier.isFinal(type.getModifiers());
	}

}
