package io.github.queuestarter.postgres;

import io.github.queuestarter.store.Receipt;

/**
 * A message that was claimed for another attempt.
 *
 * @param retry its row
 * @param claim the number of the claim: a receipt is good for one claim, so that a
 * settlement that is repeated after the row was claimed again changes nothing
 */
record RetryReceipt(long retry, int claim) implements Receipt {
}
