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

	static EncodedPayload read(@Nullable String format, String text) {
		return switch ((format != null) ? format : "") {
			case "" -> EncodedPayload.ofText(text, Format.JSON);
			case "t" -> EncodedPayload.ofText(text, Format.TEXT);
			case "f" -> EncodedPayload.ofText(text, Format.FIELDS);
			default -> new EncodedPayload(Base64.getDecoder().decode(text), Format.BINARY);
		};
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
