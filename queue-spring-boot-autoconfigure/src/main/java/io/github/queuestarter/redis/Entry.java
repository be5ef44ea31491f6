package io.github.queuestarter.redis;

import java.time.Instant;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import org.jspecify.annotations.Nullable;

/**
 * A message as it lies in a stream.
 * <p>
 * An own entry has the fields {@code payload} and {@code id}, {@code format} unless it is
 * JSON, {@code sent} if it was scheduled, and {@code h:<name>} per header. Anything else
 * was written by another client: its fields are the payload, and its id is that of the
 * entry.
 *
 * @param id the message's id
 * @param sentAt when it was sent
 * @param headers the headers
 * @param payload the payload
 */
record Entry(String id, Instant sentAt, Map<String, String> headers, EncodedPayload payload) {

	private static final byte[] ID = Fields.bytesOf("id");

	private static final byte[] PAYLOAD = Fields.bytesOf("payload");

	private static final byte[] FORMAT = Fields.bytesOf("format");

	private static final byte[] SENT = Fields.bytesOf("sent");

	private static final String HEADER = "h:";

	private static final byte[] HEADER_BYTES = Fields.bytesOf(HEADER);

	/**
	 * The last of the fields that this store puts in front of those of a message in the
	 * streams of dead and of replayed messages.
	 */
	static final byte[] OWN_FIELDS_END = Fields.bytesOf("queue~fields");

	/**
	 * The id of a message in those streams.
	 */
	static final byte[] OWN_ID = Fields.bytesOf("queue~id");

	/**
	 * When such a message was sent, in milliseconds.
	 */
	static final byte[] OWN_SENT = Fields.bytesOf("queue~sent");

	/**
	 * The fields of a message.
	 */
	static Fields write(String id, EncodedPayload payload, Map<String, String> headers) {
		Fields fields = new Fields().add(PAYLOAD, payload.bytes()).add(ID, id);
		if (payload.format() != Format.JSON) {
			fields.add(FORMAT, payload.format().name());
		}
		headers.forEach((name, value) -> fields.add(HEADER + name, value));
		return fields;
	}

	/**
	 * Read an entry of the log of a queue.
	 */
	static Entry read(String entryId, Fields fields) {
		Instant added = added(entryId);
		String id = fields.text(ID);
		byte[] payload = fields.bytes(PAYLOAD);
		if (id == null || id.isEmpty() || payload == null) {
			return new Entry(entryId, added, Map.of(), ForeignFields.encode(fields));
		}
		return new Entry(id, instant(fields.text(SENT), added), fields.textsBehind(HEADER_BYTES),
				new EncodedPayload(payload, format(fields.text(FORMAT))));
	}

	/**
	 * Read an entry of the streams of dead or of replayed messages.
	 */
	static Entry readCopy(String entryId, Fields fields) {
		Fields own = fields.before(OWN_FIELDS_END);
		Entry entry = read(entryId, fields.after(OWN_FIELDS_END));
		String id = own.text(OWN_ID);
		return new Entry((id != null) ? id : entry.id, instant(own.text(OWN_SENT), entry.sentAt), entry.headers,
				entry.payload);
	}

	/**
	 * When an entry was added. Ids that a client made up reach beyond the time that can
	 * be told.
	 */
	static Instant added(String entryId) {
		long millis = Long.parseUnsignedLong(entryId.substring(0, entryId.indexOf('-')));
		return Instant.ofEpochMilli((millis >= 0) ? millis : Long.MAX_VALUE);
	}

	static Instant instant(@Nullable String millis, Instant otherwise) {
		try {
			return (millis != null) ? Instant.ofEpochMilli(Long.parseLong(millis)) : otherwise;
		}
		catch (NumberFormatException ex) {
			return otherwise;
		}
	}

	private static Format format(@Nullable String name) {
		if (name == null) {
			return Format.JSON;
		}
		for (Format format : Format.values()) {
			if (format.name().equals(name)) {
				return format;
			}
		}
		return Format.BINARY;
	}

}
