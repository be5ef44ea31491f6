package io.github.queuestarter.sample;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Has orders paid. Its queue lives in Redis, see {@code application.yml}; nothing in the
 * code tells.
 */
@Component
class Payments {

	private static final Logger logger = LoggerFactory.getLogger(Payments.class);

	private final OrderRepository orders;

	private final PaymentGateway gateway;

	Payments(OrderRepository orders, PaymentGateway gateway) {
		this.orders = orders;
		this.gateway = gateway;
	}

	/**
	 * Charge for an order. What the gateway throws makes this a failed attempt: the
	 * message comes again after a while, longer each time.
	 */
	@QueueListener("payments")
	void charge(PaymentRequested payment, Delivery delivery) {
		try {
			this.gateway.charge(payment.orderId());
		}
		catch (GatewayBusyException ex) {
			logger.warn("payments   order {}: {}, trying again (attempt {})", payment.orderId(), ex.getMessage(),
					delivery.attempt());
			throw ex;
		}
		this.orders.done(payment.orderId(), OrderStep.Name.PAID, delivery.attempt());
		logger.info("payments   order {}: paid (attempt {})", payment.orderId(), delivery.attempt());
	}

}
