package io.github.queuestarter.sample;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Packs orders and asks for their payment.
 */
@Component
class Fulfilment {

	private static final Logger logger = LoggerFactory.getLogger(Fulfilment.class);

	private final OrderRepository orders;

	private final QueueTemplate queue;

	Fulfilment(OrderRepository orders, QueueTemplate queue) {
		this.orders = orders;
		this.queue = queue;
	}

	/**
	 * Pack an order. No second attempt makes a bad address good, so such an order becomes
	 * a dead letter at once.
	 */
	@QueueListener(queue = "orders", group = "fulfilment", noRetryFor = BadAddressException.class)
	void pack(OrderPlaced placed, Delivery delivery) {
		Order order = this.orders.find(placed.orderId()).orElseThrow();
		if (!isDeliverable(order.address())) {
			logger.warn("fulfilment order {}: nobody lives at '{}' (attempt {})", order.id(), order.address(),
					delivery.attempt());
			throw new BadAddressException(order.address());
		}
		this.orders.done(order.id(), OrderStep.Name.PACKED, delivery.attempt());
		logger.info("fulfilment order {}: packed (attempt {})", order.id(), delivery.attempt());
		// If the process dies before this line is done, the order is delivered again: it
		// is settled only when this method has returned. So the payment is requested at
		// least once, which Payments can bear.
		this.queue.send("payments", new PaymentRequested(order.id(), order.quantity()));
	}

	private static boolean isDeliverable(String address) {
		return address.chars().anyMatch(Character::isDigit);
	}

}
