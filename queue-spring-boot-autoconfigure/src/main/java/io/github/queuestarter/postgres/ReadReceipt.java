package io.github.queuestarter.postgres;

import io.github.queuestarter.store.Receipt;

/**
 * A message that was read without a group: nobody holds it.
 *
 * @param message its id in the log
 */
record ReadReceipt(long message) implements Receipt {
}
