package io.github.queuestarter.sample;

import org.springframework.util.Assert;

/**
 * Where to send an order instead.
 *
 * @param address the address
 */
record NewAddress(String address) {

	NewAddress {
		Assert.hasText(address, "'address' must not be empty");
	}

}
