package io.github.queuestarter.core;

import java.lang.reflect.Type;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.PayloadConversionException;

/**
 * Converts payloads to what a store keeps and back. A bean of this type replaces the
 * default, which is JSON by Jackson. The type to convert to comes from the handler's
 * signature, never from the message.
 */
public interface PayloadConverter {

	/**
	 * Convert a payload for the store.
	 * @throws PayloadConversionException if it can't be converted
	 */
	EncodedPayload encode(Object payload);

	/**
	 * Convert a payload for a handler.
	 * @param type what the handler declares
	 * @throws PayloadConversionException if it can't be converted
	 */
	Object decode(EncodedPayload payload, Type type);

}
