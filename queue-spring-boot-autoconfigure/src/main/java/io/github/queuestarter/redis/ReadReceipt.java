package io.github.queuestarter.redis;

import io.github.queuestarter.store.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * An entry that was read without a group: nobody holds it. Two readings of the same entry
 * are equal.
 *
 * @param keys the queue
 * @param entry the id of the entry
 * @param fields what is in the entry
 */
record ReadReceipt(QueueKeys keys, String entry, Fields fields) implements Receipt {

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof ReadReceipt that && this.keys.queue().equals(that.keys.queue())
				&& this.entry.equals(that.entry);
	}

	@Override
	public int hashCode() {
		return this.entry.hashCode();
	}

}
