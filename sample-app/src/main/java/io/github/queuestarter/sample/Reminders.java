package io.github.queuestarter.sample;

import io.github.queuestarter.QueueListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Looks at each order again some time after it was placed. The messages are sent with a
 * delay.
 */
@Component
class Reminders {

	private static final Logger logger = LoggerFactory.getLogger(Reminders.class);

	private final OrderRepository orders;

	Reminders(OrderRepository orders) {
		this.orders = orders;
	}

	@QueueListener("reminders")
	void remind(ReminderDue reminder) {
		boolean paid = this.orders.steps(reminder.orderId())
			.stream()
			.anyMatch((step) -> step.step() == OrderStep.Name.PAID);
		if (paid) {
			logger.info("reminders  order {}: paid, nothing to do", reminder.orderId());
		}
		else {
			logger.warn("reminders  order {}: still not paid, somebody should have a look", reminder.orderId());
		}
	}

}
