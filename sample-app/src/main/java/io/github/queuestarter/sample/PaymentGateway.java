package io.github.queuestarter.sample;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.stereotype.Component;

/**
 * Stands for a payment provider. It is busy when every third order is charged for the
 * first time, and while it runs it charges for an order only once, however often it is
 * asked.
 */
@Component
class PaymentGateway {

	private final Set<Long> turnedAway = ConcurrentHashMap.newKeySet();

	private final Set<Long> charged = ConcurrentHashMap.newKeySet();

	void charge(long orderId) {
		if (orderId % 3 == 0 && this.turnedAway.add(orderId)) {
			throw new GatewayBusyException();
		}
		this.charged.add(orderId);
	}

}
