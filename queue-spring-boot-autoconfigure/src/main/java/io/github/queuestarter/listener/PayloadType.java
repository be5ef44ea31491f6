package io.github.queuestarter.listener;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.Message;

/**
 * The type of payload that a handler's parameter asks for.
 */
final class PayloadType {

	private PayloadType() {
	}

	static Type of(MethodParameter parameter) {
		ResolvableType type = ResolvableType.forMethodParameter(parameter);
		if (Message.class.isAssignableFrom(parameter.getParameterType())) {
			type = type.as(Message.class).getGeneric(0);
		}
		else if (parameter.getParameterType() == Optional.class) {
			// spring-messaging makes the Optional
			type = type.getGeneric(0);
		}
		return (parameter.getContainingClass() != parameter.getDeclaringClass()) ? withoutVariables(type)
				: type.getType();
	}

	/**
	 * A handler that is inherited from a generic class declares type variables, which
	 * only the subclass gives a meaning.
	 */
	private static Type withoutVariables(ResolvableType type) {
		if (type.isArray()) {
			return type.getType();
		}
		Class<?> raw = type.toClass();
		if (!type.hasGenerics()) {
			return raw;
		}
		ResolvableType[] generics = Arrays.stream(type.getGenerics())
			.map((generic) -> ResolvableType.forType(withoutVariables(generic)))
			.toArray(ResolvableType[]::new);
		return ResolvableType.forClassWithGenerics(raw, generics).getType();
	}

}
