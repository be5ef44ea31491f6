package io.github.queuestarter.sample;

/**
 * The payment provider has no time now.
 */
class GatewayBusyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	GatewayBusyException() {
		super("the payment provider is busy");
	}

}
