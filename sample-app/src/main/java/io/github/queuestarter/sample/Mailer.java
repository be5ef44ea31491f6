package io.github.queuestarter.sample;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Confirms orders by mail. Reads the same queue as {@link Fulfilment} in a group of its
 * own: both get every order, and neither sees the other's failures.
 */
@Component
class Mailer {

	private static final Logger logger = LoggerFactory.getLogger(Mailer.class);

	private final OrderRepository orders;

	Mailer(OrderRepository orders) {
		this.orders = orders;
	}

	@QueueListener(queue = "orders", group = "mailer")
	void confirm(OrderPlaced placed, Delivery delivery) {
		if (this.orders.done(placed.orderId(), OrderStep.Name.MAILED, delivery.attempt())) {
			logger.info("mailer     order {}: confirmation sent (attempt {})", placed.orderId(), delivery.attempt());
		}
	}

}
