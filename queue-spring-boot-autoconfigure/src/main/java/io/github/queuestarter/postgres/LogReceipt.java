package io.github.queuestarter.postgres;

import io.github.queuestarter.store.Receipt;

/**
 * A new message of the log.
 *
 * @param delivery the row of the batch that it was claimed with
 * @param message its id in the log
 */
record LogReceipt(long delivery, long message) implements Receipt {
}
