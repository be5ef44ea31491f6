package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Fields and values of an entry, in order. Names are text, values are bytes.
 */
final class Fields {

	private final List<byte[]> flat;

	Fields() {
		this(new ArrayList<>());
	}

	private Fields(List<byte[]> flat) {
		this.flat = flat;
	}

	Fields add(byte[] name, byte[] value) {
		this.flat.add(name);
		this.flat.add(value);
		return this;
	}

	Fields add(byte[] name, String value) {
		return add(name, bytesOf(value));
	}

	Fields add(String name, byte[] value) {
		return add(bytesOf(name), value);
	}

	Fields add(String name, String value) {
		return add(name, bytesOf(value));
	}

	/**
	 * Number of fields, those of the same name counted each.
	 */
	int size() {
		return this.flat.size() / 2;
	}

	/**
	 * The value of a field; of fields with the same name the last.
	 */
	byte @Nullable [] bytes(byte[] name) {
		for (int i = this.flat.size() - 2; i >= 0; i -= 2) {
			if (Arrays.equals(this.flat.get(i), name)) {
				return this.flat.get(i + 1);
			}
		}
		return null;
	}

	@Nullable String text(byte[] name) {
		byte[] value = bytes(name);
		return (value != null) ? textOf(value) : null;
	}

	@Nullable String text(String name) {
		return text(bytesOf(name));
	}

	void forEach(BiConsumer<byte[], byte[]> action) {
		for (int i = 0; i < this.flat.size(); i += 2) {
			action.accept(this.flat.get(i), this.flat.get(i + 1));
		}
	}

	/**
	 * Values by name; of fields with the same name the last.
	 */
	Map<String, byte[]> values() {
		Map<String, byte[]> values = new LinkedHashMap<>();
		for (int i = 0; i < this.flat.size(); i += 2) {
			values.put(textOf(this.flat.get(i)), this.flat.get(i + 1));
		}
		return values;
	}

	/**
	 * Values of the fields whose name starts with a prefix, by the rest of their name.
	 */
	Map<String, String> textsBehind(byte[] prefix) {
		Map<String, String> texts = Map.of();
		for (int i = 0; i < this.flat.size(); i += 2) {
			byte[] name = this.flat.get(i);
			if (startsWith(name, prefix)) {
				texts = texts.isEmpty() ? new LinkedHashMap<>() : texts;
				texts.put(new String(name, prefix.length, name.length - prefix.length, StandardCharsets.UTF_8),
						textOf(this.flat.get(i + 1)));
			}
		}
		return texts;
	}

	private static boolean startsWith(byte[] name, byte[] prefix) {
		return name.length >= prefix.length && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
	}

	Object[] toArray() {
		return this.flat.toArray();
	}

	/**
	 * The fields before the first with the given name; all if there is none.
	 */
	Fields before(byte[] name) {
		return new Fields(this.flat.subList(0, 2 * Math.min(indexOf(name), size())));
	}

	/**
	 * The fields after the first with the given name; all if there is none.
	 */
	Fields after(byte[] name) {
		int index = indexOf(name);
		return (index < size()) ? new Fields(this.flat.subList(2 * index + 2, this.flat.size())) : this;
	}

	private int indexOf(byte[] name) {
		int index = 0;
		while (index < size() && !Arrays.equals(this.flat.get(2 * index), name)) {
			index++;
		}
		return index;
	}

	static byte[] bytesOf(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String textOf(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
