package io.github.queuestarter.postgres;

import io.github.queuestarter.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * Text as Postgres can keep it: without NUL and without half characters.
 */
final class StorableText {

	private StorableText() {
	}

	/**
	 * Refuse what can't be stored.
	 * @param what the thing that the text is, for the error
	 */
	static String require(String text, String what) {
		int at = firstBad(text);
		if (at >= 0) {
			throw new QueueException(what + " has " + ((text.charAt(at) == 0) ? "a NUL character" : "half a character")
					+ " at index " + at + ", which Postgres can't store. Remove it, or send bytes.");
		}
		return text;
	}

	/**
	 * Make storable what is for people only.
	 */
	static @Nullable String sanitize(@Nullable String text, int longest) {
		if (text == null) {
			return null;
		}
		int end = Math.min(text.length(), longest);
		String capped = text.substring(0, end);
		if (firstBad(capped) < 0) {
			return capped;
		}
		StringBuilder clean = new StringBuilder(end);
		for (int i = 0; i < end; i++) {
			if (isBad(capped, i)) {
				clean.append('\uFFFD');
			}
			else {
				clean.append(capped.charAt(i));
			}
		}
		return clean.toString();
	}

	private static int firstBad(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (isBad(text, i)) {
				return i;
			}
		}
		return -1;
	}

	private static boolean isBad(String text, int i) {
		char c = text.charAt(i);
		if (Character.isHighSurrogate(c)) {
			return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
		}
		if (Character.isLowSurrogate(c)) {
			return i == 0 || !Character.isHighSurrogate(text.charAt(i - 1));
		}
		return c == 0;
	}

}
