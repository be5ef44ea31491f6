package io.github.queuestarter.postgres;

/**
 * What the sources of a store share.
 */
record SourceParts(Groups groups, Claims claims, Reads reads, Holdings holdings, DueRounds dueRounds, Wakeups wakeups,
		BusyCursors busyCursors, IdleWatch idleWatch, Runnable startReader, SchemaRecovery recovery) {
}
