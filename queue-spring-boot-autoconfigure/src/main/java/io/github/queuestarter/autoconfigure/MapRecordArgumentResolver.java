package io.github.queuestarter.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.queuestarter.listener.StoredArgumentResolver;
import io.github.queuestarter.redis.RedisStore;
import io.github.queuestarter.store.ClaimedMessage;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.format.support.DefaultFormattingConversionService;
import org.springframework.util.Assert;

/**
 * Resolves an argument of type {@link MapRecord}: the stream entry of a message with its
 * fields, as Spring Data Redis shows them. Stream, fields and values have the types that
 * the argument declares, {@code byte[]} for what is stored, others converted from text.
 */
final class MapRecordArgumentResolver implements StoredArgumentResolver {

	private final RedisStore store;

	private final ConversionService conversions = new DefaultFormattingConversionService();

	MapRecordArgumentResolver(RedisStore store) {
		this.store = store;
	}

	@Override
	public String backend() {
		return this.store.backend();
	}

	@Override
	public boolean supports(MethodParameter parameter) {
		return parameter.getParameterType() == MapRecord.class;
	}

	@Override
	public Object resolve(MethodParameter parameter, ClaimedMessage message) {
		MapRecord<byte[], String, byte[]> entry = this.store.entry(message);
		ResolvableType type = ResolvableType.forMethodParameter(parameter);
		ResolvableType valueType = type.getGeneric(2);
		Map<Object, Object> fields = new LinkedHashMap<>();
		entry.getValue()
			.forEach((name, value) -> fields.put(convert(name.getBytes(StandardCharsets.UTF_8), type.getGeneric(1)),
					convert(value, valueType)));
		return MapRecord.create(convert(entry.getRequiredStream(), type.getGeneric(0)), fields).withId(entry.getId());
	}

	private Object convert(byte[] bytes, ResolvableType type) {
		Class<?> target = type.resolve(String.class);
		if (target == byte[].class) {
			return bytes;
		}
		String text = new String(bytes, StandardCharsets.UTF_8);
		Object value = (target == Object.class) ? text : this.conversions.convert(text, target);
		Assert.notNull(value, () -> "'%s' is no %s".formatted(text, target.getName()));
		return value;
	}

}
