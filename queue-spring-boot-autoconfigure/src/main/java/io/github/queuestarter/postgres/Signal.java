package io.github.queuestarter.postgres;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What instances tell each other, as described at {@code wakeup_channel_v1}.
 *
 * @param what what it is about
 * @param sender a word of the sender's own; empty if it has none
 * @param name the queue; empty for all queues
 */
record Signal(What what, String sender, String name) {

	String payload() {
		return this.what.name().toLowerCase(Locale.ROOT) + ":" + this.sender + ":" + this.name;
	}

	/**
	 * Read a signal.
	 * @return the signal, or {@code null} if it is of a kind that only another release
	 * knows
	 */
	static @Nullable Signal of(String payload) {
		String[] parts = payload.split(":", 3);
		if (parts.length == 3) {
			for (What what : What.values()) {
				if (what.name().toLowerCase(Locale.ROOT).equals(parts[0])) {
					return new Signal(what, parts[1], parts[2]);
				}
			}
		}
		return null;
	}

	/**
	 * What a signal is about.
	 */
	enum What {

		/**
		 * There are new messages.
		 */
		SENT,

		/**
		 * Something is due now or soon.
		 */
		DUE,

		/**
		 * A sign of life that only its sender reads.
		 */
		PROBE

	}

}
