package io.github.queuestarter;

import java.nio.charset.StandardCharsets;

/**
 * A payload as a store keeps it.
 *
 * @param bytes the bytes; not copied
 * @param format what they are
 */
public record EncodedPayload(byte[] bytes, Format format) {

	/**
	 * Encode a text as UTF-8.
	 */
	public static EncodedPayload ofText(String text, Format format) {
		return new EncodedPayload(text.getBytes(StandardCharsets.UTF_8), format);
	}

	/**
	 * The bytes read as UTF-8.
	 */
	public String asText() {
		return new String(this.bytes, StandardCharsets.UTF_8);
	}

	/**
	 * What the bytes of a payload are.
	 */
	public enum Format {

		/**
		 * A JSON document in UTF-8.
		 */
		JSON,

		/**
		 * Plain text in UTF-8.
		 */
		TEXT,

		/**
		 * Anything.
		 */
		BINARY,

		/**
		 * The flat fields of an entry that another client wrote to a Redis stream, as a
		 * JSON object of strings.
		 */
		FIELDS

	}

}
