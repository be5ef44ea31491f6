package io.github.queuestarter.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * A payload as the columns {@code format} and {@code payload} hold it: text as it is,
 * bytes in base64.
 */
final class PayloadColumns {

	private PayloadColumns() {
	}

	static @Nullable String format(EncodedPayload payload) {
		return switch (payload.format()) {
			case JSON -> null;
			case TEXT -> "t";
			case BINARY -> "b";
			case FIELDS -> "f";
		};
	}

	static String text(EncodedPayload payload, String queue) {
		if (payload.format() == Format.BINARY) {
			return Base64.getEncoder().encodeToString(payload.bytes());
		}
		String text = payload.asText();
		if (text.indexOf('\uFFFD') >= 0) {
			requireUtf8(payload, queue);
		}
		return StorableText.require(text, "Payload for queue '" + queue + "'");
	}

	/**
	 * Read a payload. What plain SQL has written in no known way is taken for bytes as
	 * they are spelled, so that it becomes a dead letter where it does not fit, and not
	 * the end of the listener.
	 * @param utf8 the text as the driver has it: what is not binary is not decoded here
	 */
	static EncodedPayload read(@Nullable String format, byte[] utf8) {
		return switch ((format != null) ? format : "") {
			case "" -> new EncodedPayload(utf8, Format.JSON);
			case "t" -> new EncodedPayload(utf8, Format.TEXT);
			case "f" -> new EncodedPayload(utf8, Format.FIELDS);
			case "b" -> new EncodedPayload(bytes(utf8), Format.BINARY);
			default -> new EncodedPayload(utf8, Format.BINARY);
		};
	}

	private static byte[] bytes(byte[] base64) {
		try {
			return Base64.getDecoder().decode(base64);
		}
		catch (IllegalArgumentException ex) {
			return base64;
		}
	}

	private static void requireUtf8(EncodedPayload payload, String queue) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload.bytes()));
		}
		catch (CharacterCodingException ex) {
			throw new QueueException("Payload for queue '" + queue + "' is said to be " + payload.format()
					+ " but is not UTF-8. Send it as BINARY.", ex);
		}
	}

}
