package io.github.queuestarter.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Where a server of a Redis Cluster says that a slot is.
 *
 * @param asking whether it is not all there yet
 */
record Redirection(String host, int port, boolean asking) {

	private static final Pattern ANSWER = Pattern.compile("(MOVED|ASK) \\d+ (.+):(\\d+)");

	/**
	 * The redirection that a call failed with, or null if it was something else.
	 */
	static @Nullable Redirection of(Throwable failure) {
		Throwable cause = failure.getCause();
		Matcher answer = ANSWER.matcher(String.valueOf((cause != null) ? cause.getMessage() : null));
		return answer.matches()
				? new Redirection(answer.group(2), Integer.parseInt(answer.group(3)), answer.group(1).equals("ASK"))
				: null;
	}

}
