package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Fields and values of an entry, in order. Names are text, values are bytes.
 */
final class Fields {

	private final List<byte[]> flat;

	private final Map<String, byte[]> values = new LinkedHashMap<>();

	Fields() {
		this(new ArrayList<>());
	}

	private Fields(List<byte[]> flat) {
		this.flat = flat;
		for (int i = 0; i < flat.size(); i += 2) {
			this.values.put(new String(flat.get(i), StandardCharsets.UTF_8), flat.get(i + 1));
		}
	}

	Fields add(byte[] name, byte[] value) {
		this.flat.add(name);
		this.flat.add(value);
		this.values.put(new String(name, StandardCharsets.UTF_8), value);
		return this;
	}

	Fields add(String name, byte[] value) {
		return add(name.getBytes(StandardCharsets.UTF_8), value);
	}

	Fields add(String name, String value) {
		return add(name, value.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Number of fields, those of the same name counted each.
	 */
	int size() {
		return this.flat.size() / 2;
	}

	byte @Nullable [] bytes(String name) {
		return this.values.get(name);
	}

	@Nullable String text(String name) {
		byte[] value = this.values.get(name);
		return (value != null) ? new String(value, StandardCharsets.UTF_8) : null;
	}

	/**
	 * Values by name; of fields with the same name the last.
	 */
	Map<String, byte[]> values() {
		return this.values;
	}

	Object[] toArray() {
		return this.flat.toArray();
	}

	/**
	 * The fields before the first with the given name; all if there is none.
	 */
	Fields before(String name) {
		return new Fields(this.flat.subList(0, 2 * Math.min(indexOf(name), size())));
	}

	/**
	 * The fields after the first with the given name; all if there is none.
	 */
	Fields after(String name) {
		int index = indexOf(name);
		return (index < size()) ? new Fields(this.flat.subList(2 * index + 2, this.flat.size())) : this;
	}

	private int indexOf(String name) {
		int index = 0;
		while (index < size() && !new String(this.flat.get(2 * index), StandardCharsets.UTF_8).equals(name)) {
			index++;
		}
		return index;
	}

}
