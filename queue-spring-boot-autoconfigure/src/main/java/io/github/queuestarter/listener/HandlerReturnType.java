package io.github.queuestarter.listener;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;

import io.github.queuestarter.Outcome;

import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;

/**
 * What a handler may return: anything else would be dropped without a word, or not be
 * waited for.
 */
final class HandlerReturnType {

	private HandlerReturnType() {
	}

	/**
	 * Check a method.
	 * @param method the method as the class has it, not as a proxy shows it
	 * @param bean the bean's own class
	 */
	static void check(Method method, Class<?> bean, String name) {
		ResolvableType type = ResolvableType.forMethodReturnType(method, bean);
		Class<?> raw = method.getReturnType();
		if (isStage(method)) {
			ResolvableType result = type.as(CompletionStage.class).getGeneric(0);
			if (isResult(result.resolve(Object.class)) || result.resolve() == null) {
				return;
			}
			throw invalid(name, type);
		}
		if (AnnotatedElementUtils.hasAnnotation(method, Async.class)
				|| AnnotatedElementUtils.hasAnnotation(bean, Async.class)
				|| AnnotatedElementUtils.hasAnnotation(method.getDeclaringClass(), Async.class)) {
			throw new InvalidListenerException("Listener " + name + " is @Async: it returns before its work is done",
					"Remove @Async (listeners run on threads of their own), or return a CompletionStage.", null);
		}
		if (!isResult(raw)) {
			throw invalid(name, type);
		}
	}

	/**
	 * Whether a method may go on after it has returned.
	 */
	static boolean isStage(Method method) {
		return CompletionStage.class.isAssignableFrom(method.getReturnType());
	}

	private static boolean isResult(Class<?> type) {
		return type == void.class || type == Void.class || Outcome.class.isAssignableFrom(type);
	}

	private static InvalidListenerException invalid(String name, ResolvableType type) {
		return new InvalidListenerException("Listener " + name + " returns '" + type + "'",
				"Return nothing, an Outcome, or a CompletionStage of these.", null);
	}

}
