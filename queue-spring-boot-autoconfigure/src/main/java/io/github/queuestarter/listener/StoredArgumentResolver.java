package io.github.queuestarter.listener;

import io.github.queuestarter.store.ClaimedMessage;

import org.springframework.core.MethodParameter;

/**
 * Resolves arguments of handlers that show a message as its store has it. A bean of this
 * type takes part in all handlers; one with such an argument can't listen to a queue in
 * another store.
 */
public interface StoredArgumentResolver {

	/**
	 * Name of the store whose messages it can show.
	 */
	String backend();

	/**
	 * Whether an argument is one of those.
	 */
	boolean supports(MethodParameter parameter);

	/**
	 * Make the argument. What this throws makes the message a dead letter at once.
	 */
	Object resolve(MethodParameter parameter, ClaimedMessage message);

}
