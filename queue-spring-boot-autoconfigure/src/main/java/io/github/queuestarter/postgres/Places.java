package io.github.queuestarter.postgres;

import java.time.Instant;

import io.github.queuestarter.Position;

/**
 * Positions as the functions of the schema take them.
 */
final class Places {

	private static final Instant FIRST = Instant.EPOCH;

	private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

	private Places() {
	}

	static String text(Position position) {
		if (position instanceof Position.Time time) {
			if (time.instant().isBefore(FIRST)) {
				return Position.earliest().toString();
			}
			return time.instant().isAfter(LAST) ? Position.latest().toString() : time.toString();
		}
		return position.toString();
	}

	/**
	 * Whether a position may be a message of this store.
	 */
	static boolean isPossible(Position position) {
		return !(position instanceof Position.Message message) || DeadLetters.isId(message.id());
	}

}
