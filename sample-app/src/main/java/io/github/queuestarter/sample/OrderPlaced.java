package io.github.queuestarter.sample;

/**
 * Message on queue {@code orders}: an order was placed. It names the order and does not
 * carry it, so a handler sees the order as it is now, also after a replay.
 */
record OrderPlaced(long orderId) {
}
