package io.github.queuestarter.redis;

import io.github.queuestarter.store.Receipt;

/**
 * An entry that was read without a group: nobody holds it.
 *
 * @param queue the queue
 * @param entry the id of the entry
 */
record ReadReceipt(String queue, String entry) implements Receipt {
}
