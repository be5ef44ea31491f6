package io.github.queuestarter.core;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.PayloadConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Converts payloads to JSON. A {@code String} is sent as the text that it is and a
 * {@code byte[]} as the bytes that it is; both can be received as such, or, where they
 * hold JSON, as any type.
 */
public final class JacksonPayloadConverter implements PayloadConverter {

	private final JsonMapper mapper;

	private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

	public JacksonPayloadConverter(JsonMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public EncodedPayload encode(Object payload) {
		if (payload instanceof String text) {
			return EncodedPayload.ofText(text, Format.TEXT);
		}
		if (payload instanceof byte[] bytes) {
			return new EncodedPayload(bytes, Format.BINARY);
		}
		try {
			return new EncodedPayload(this.mapper.writeValueAsBytes(payload), Format.JSON);
		}
		catch (JacksonException ex) {
			throw new PayloadConversionException("A payload of type '" + payload.getClass().getName()
					+ "' can't be written as JSON: " + ex.getOriginalMessage(), ex);
		}
	}

	@Override
	public Object decode(EncodedPayload payload, Type type) {
		if (type == byte[].class) {
			return payload.bytes();
		}
		if (type == String.class || (type == Object.class && payload.format() == Format.TEXT)) {
			return payload.asText();
		}
		if (type == Object.class && payload.format() == Format.BINARY) {
			return payload.bytes();
		}
		Object value;
		try {
			value = this.readers.computeIfAbsent(type, this::reader).readValue(payload.bytes());
		}
		catch (JacksonException ex) {
			throw new PayloadConversionException(
					"The payload is not a '" + type.getTypeName() + "': " + ex.getOriginalMessage(), ex);
		}
		if (value == null) {
			throw new PayloadConversionException("The payload is JSON null, not a '" + type.getTypeName() + "'", null);
		}
		return value;
	}

	private ObjectReader reader(Type type) {
		return this.mapper.readerFor(this.mapper.constructType(type));
	}

}
