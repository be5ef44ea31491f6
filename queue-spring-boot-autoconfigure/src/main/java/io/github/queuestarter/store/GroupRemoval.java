package io.github.queuestarter.store;

/**
 * What became of the wish to remove a group.
 */
public enum GroupRemoval {

	/**
	 * It is gone.
	 */
	REMOVED,

	/**
	 * It is still read, or was until a short while ago.
	 */
	ACTIVE,

	/**
	 * There is no such group.
	 */
	UNKNOWN

}
