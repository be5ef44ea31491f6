package io.github.queuestarter.redis;

import java.util.regex.Pattern;

import io.lettuce.core.RedisCommandExecutionException;

/**
 * Tells kinds of errors that Redis answers with apart. Redis 6.2 puts some words in front
 * of the error of a command in a script.
 */
final class Refusals {

	private static final Pattern TEMPORARY = Pattern.compile(
			"(^|: -)(ASK|BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MOVED|NOREPLICAS|READONLY|TRYAGAIN|UNBLOCKED) .*",
			Pattern.DOTALL);

	private static final Pattern READ_ONLY = Pattern.compile("(^|: -)READONLY ");

	// A script is told without a code, and before 7.2 without the name of the command
	private static final Pattern FORBIDDEN = Pattern
		.compile("^NOPERM|has no permissions to|The user executing the script can't");

	private Refusals() {
	}

	/**
	 * Whether the server has not done what it was asked, and will in a while: it loads
	 * its data, follows another server now, or the slot is on its way to another one.
	 */
	static boolean isTemporary(Throwable cause) {
		return cause instanceof RedisCommandExecutionException && TEMPORARY.matcher(text(cause)).find();
	}

	/**
	 * Whether the server is no master any more: only another connection leads to the new
	 * one.
	 */
	static boolean isReadOnly(Throwable cause) {
		return cause instanceof RedisCommandExecutionException && READ_ONLY.matcher(text(cause)).find();
	}

	/**
	 * Whether the user may not do this.
	 */
	static boolean isForbidden(Throwable cause) {
		return cause instanceof RedisCommandExecutionException && FORBIDDEN.matcher(text(cause)).find();
	}

	private static String text(Throwable cause) {
		return String.valueOf(cause.getMessage());
	}

}
