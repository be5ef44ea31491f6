package io.github.queuestarter.redis;

import java.util.Iterator;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.serializer.RedisSerializer;

/**
 * A record that is passed on as it is. A listener container converts each record with its
 * serializers; that of this room has serializers that leave bytes as they are, and would
 * copy the record for nothing.
 */
final class RawRecord implements ByteRecord {

	private final ByteRecord record;

	RawRecord(ByteRecord record) {
		this.record = record;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <K, HK, HV> MapRecord<K, HK, HV> deserialize(@Nullable RedisSerializer<? extends K> streamSerializer,
			@Nullable RedisSerializer<? extends HK> fieldSerializer,
			@Nullable RedisSerializer<? extends HV> valueSerializer) {
		return (MapRecord<K, HK, HV>) this.record;
	}

	@Override
	public byte @Nullable [] getStream() {
		return this.record.getStream();
	}

	@Override
	public RecordId getId() {
		return this.record.getId();
	}

	@Override
	public Map<byte[], byte[]> getValue() {
		return this.record.getValue();
	}

	@Override
	public Iterator<Map.Entry<byte[], byte[]>> iterator() {
		return this.record.iterator();
	}

	@Override
	public ByteRecord withId(RecordId id) {
		return this.record.withId(id);
	}

	@Override
	public ByteRecord withStreamKey(byte[] key) {
		return this.record.withStreamKey(key);
	}

	@Override
	public <S> MapRecord<S, byte[], byte[]> withStreamKey(S key) {
		return MapRecord.create(key, getValue()).withId(getId());
	}

}
