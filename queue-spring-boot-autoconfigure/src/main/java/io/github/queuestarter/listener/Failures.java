package io.github.queuestarter.listener;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import io.github.queuestarter.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Turns exceptions into what a dead letter says of them.
 */
final class Failures {

	private static final int LONGEST_TRACE = 8000;

	private static final int LONGEST_TEXT = 2000;

	/**
	 * What a message could forge log lines with.
	 */
	private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

	private Failures() {
	}

	static Failure of(Failure.Kind kind, Throwable thrown) {
		List<Throwable> causes = causes(thrown);
		Throwable root = causes.get(causes.size() - 1);
		String message = messageOf(root);
		return new Failure(kind, shorten(reason(causes), LONGEST_TEXT), root.getClass().getName(),
				(message != null) ? shorten(message, LONGEST_TEXT) : null, trace(thrown));
	}

	/**
	 * First line of the message that is nearest to the root.
	 */
	private static String reason(List<Throwable> causes) {
		for (int i = causes.size() - 1; i >= 0; i--) {
			String message = messageOf(causes.get(i));
			if (message != null && !message.isBlank()) {
				return oneLine(message.strip().lines().findFirst().orElse(message));
			}
		}
		return causes.get(causes.size() - 1).getClass().getName();
	}

	/**
	 * The text without control characters and line ends.
	 */
	static String oneLine(String text) {
		return CONTROL.matcher(text).replaceAll(" ");
	}

	/**
	 * The failure without what came from outside, for when the store refuses to keep it.
	 */
	static Failure plain(Failure failure) {
		return Failure.of(failure.kind(), "The details of the failure could not be stored");
	}

	/**
	 * An exception and its causes, the root last.
	 */
	static List<Throwable> causes(Throwable thrown) {
		List<Throwable> causes = new ArrayList<>();
		Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		for (Throwable cause = thrown; cause != null && seen.add(cause); cause = cause.getCause()) {
			causes.add(cause);
		}
		return causes;
	}

	private static @Nullable String messageOf(Throwable thrown) {
		try {
			return thrown.getMessage();
		}
		catch (RuntimeException | Error ex) {
			return "(its message could not be read: " + ex.getClass().getName() + ")";
		}
	}

	private static String trace(Throwable thrown) {
		StringWriter text = new StringWriter();
		try {
			thrown.printStackTrace(new PrintWriter(text));
		}
		catch (RuntimeException | Error ex) {
			text.append("(the rest could not be written: ").append(ex.getClass().getName()).append(')');
		}
		return shorten(text.toString(), LONGEST_TRACE);
	}

	private static String shorten(String text, int longest) {
		if (text.length() <= longest) {
			return text;
		}
		int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
		return text.substring(0, end) + "…";
	}

}
