package io.github.queuestarter.sample;

/**
 * Message on queue {@code reminders}: time to look at an order again.
 */
record ReminderDue(long orderId) {
}
