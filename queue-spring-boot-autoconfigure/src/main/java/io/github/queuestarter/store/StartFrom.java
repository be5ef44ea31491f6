package io.github.queuestarter.store;

import io.github.queuestarter.Position;

/**
 * Where most new groups start.
 */
public final class StartFrom {

	/**
	 * With the oldest message that is still stored.
	 */
	public static final Position EARLIEST = Position.earliest();

	/**
	 * With what is sent from now on.
	 */
	public static final Position LATEST = Position.latest();

	private StartFrom() {
	}

}
