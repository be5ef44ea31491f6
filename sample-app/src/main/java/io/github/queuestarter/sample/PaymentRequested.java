package io.github.queuestarter.sample;

/**
 * Message on queue {@code payments}: an order is packed and wants to be paid.
 */
record PaymentRequested(long orderId, int quantity) {
}
