package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a script: a list of numbers, bytes and lists.
 *
 * @param items the items
 */
record Reply(List<?> items) {

	int size() {
		return this.items.size();
	}

	long number(int index) {
		Object item = this.items.get(index);
		return (item instanceof Long number) ? number : Long.parseLong(text(index));
	}

	int count(int index) {
		return Math.toIntExact(number(index));
	}

	boolean flag(int index) {
		return number(index) == 1;
	}

	String text(int index) {
		Object item = this.items.get(index);
		return (item instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(item);
	}

	Reply list(int index) {
		return new Reply((List<?>) this.items.get(index));
	}

	List<String> texts() {
		List<String> texts = new ArrayList<>();
		for (int i = 0; i < size(); i++) {
			texts.add(text(i));
		}
		return texts;
	}

	/**
	 * The items as fields and values of an entry.
	 */
	Fields fields() {
		Fields fields = new Fields();
		for (int i = 0; i + 1 < size(); i += 2) {
			fields.add(bytes(i), bytes(i + 1));
		}
		return fields;
	}

	private byte[] bytes(int index) {
		@Nullable Object item = this.items.get(index);
		return (item instanceof byte[] bytes) ? bytes : new byte[0];
	}

}
