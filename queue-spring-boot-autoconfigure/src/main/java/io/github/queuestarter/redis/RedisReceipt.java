package io.github.queuestarter.redis;

import io.github.queuestarter.store.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * Finds an entry. Two deliveries of the same entry are equal.
 */
final class RedisReceipt implements Receipt {

	/**
	 * Matches any delivery of the entry.
	 */
	static final long ANY_DELIVERY = 0;

	private final GroupKeys keys;

	private final boolean replayed;

	private final String entry;

	private final long delivery;

	private final Fields fields;

	/**
	 * Create a receipt that only finds, without what is in the entry.
	 */
	RedisReceipt(GroupKeys keys, boolean replayed, String entry, long delivery) {
		this(keys, replayed, entry, delivery, new Fields());
	}

	RedisReceipt(GroupKeys keys, boolean replayed, String entry, long delivery, Fields fields) {
		this.keys = keys;
		this.replayed = replayed;
		this.entry = entry;
		this.delivery = delivery;
		this.fields = fields;
	}

	/**
	 * The stream that the entry lies in.
	 */
	byte[] stream() {
		return this.keys.lane(this.replayed).stream();
	}

	boolean replayed() {
		return this.replayed;
	}

	/**
	 * The id of the entry in its stream.
	 */
	String entry() {
		return this.entry;
	}

	/**
	 * How many times the entry was delivered with this delivery. It tells a late
	 * settlement of an earlier delivery to the same consumer.
	 */
	long delivery() {
		return this.delivery;
	}

	/**
	 * The fields of the entry as they were sent.
	 */
	Fields fields() {
		return this.fields;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RedisReceipt that && this.keys.queue().queue().equals(that.keys.queue().queue())
				&& this.keys.group().equals(that.keys.group()) && this.replayed == that.replayed
				&& this.entry.equals(that.entry);
	}

	@Override
	public int hashCode() {
		return this.entry.hashCode();
	}

	@Override
	public String toString() {
		return this.entry;
	}

}
