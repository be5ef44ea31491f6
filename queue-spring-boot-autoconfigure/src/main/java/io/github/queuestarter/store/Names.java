package io.github.queuestarter.store;

import org.springframework.util.Assert;

/**
 * What a queue or a group may be called: anything of 1 to 200 characters without control
 * characters.
 */
public final class Names {

	private static final int LONGEST = 200;

	private Names() {
	}

	/**
	 * Refuse a name that no store could keep.
	 * @param what what is named, for the message
	 * @throws IllegalArgumentException if the name is not valid
	 */
	public static void requireValid(String what, String name) {
		Assert.hasText(name, () -> "The name of a " + what + " must not be empty");
		int length = name.codePointCount(0, name.length());
		Assert.isTrue(length <= LONGEST, () -> "The name of a " + what + " may have " + LONGEST + " characters, not "
				+ length + ": '" + name.substring(0, name.offsetByCodePoints(0, 30)) + "…'");
		Assert.isTrue(name.chars().noneMatch(Character::isISOControl),
				() -> "The name of a " + what + " must not contain control characters: '" + name + "'");
	}

}
