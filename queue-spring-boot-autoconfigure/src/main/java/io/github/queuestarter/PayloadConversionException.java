package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

/**
 * A payload could not be converted: at send nothing was sent; at delivery the message
 * becomes a dead letter.
 */
public class PayloadConversionException extends QueueException {

	public PayloadConversionException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
