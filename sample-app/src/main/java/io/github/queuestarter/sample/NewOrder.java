package io.github.queuestarter.sample;

import org.springframework.util.Assert;

/**
 * What a customer asks for.
 *
 * @param item what
 * @param quantity how many, at least 1
 * @param address where to send it; anything, it is checked when the order is packed
 */
record NewOrder(String item, int quantity, String address) {

	NewOrder {
		Assert.hasText(item, "'item' must not be empty");
		Assert.isTrue(quantity >= 1, "'quantity' must be at least 1");
		Assert.notNull(address, "'address' must be given");
	}

}
