package io.github.queuestarter.redis;

/**
 * The order of the ids of entries, as Redis writes them: {@code <number>-<number>},
 * without leading zeros.
 */
final class EntryIds {

	private EntryIds() {
	}

	static int compare(String one, String other) {
		int dash = one.indexOf('-');
		int otherDash = other.indexOf('-');
		if (dash != otherDash) {
			return dash - otherDash;
		}
		// Of two numbers with the same number of digits the larger is also larger as text
		int length = one.length() - other.length();
		return (length != 0 && one.regionMatches(0, other, 0, dash)) ? length : one.compareTo(other);
	}

}
