package io.github.queuestarter.sample;

/**
 * An order can't be delivered where it is to go.
 */
class BadAddressException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	BadAddressException(String address) {
		super("'%s' has no house number".formatted(address));
	}

}
