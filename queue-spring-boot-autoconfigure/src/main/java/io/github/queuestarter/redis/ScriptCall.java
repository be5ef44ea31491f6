package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A script with its keys and arguments.
 *
 * @param script the script
 * @param keys the keys, all of one queue
 * @param arguments the arguments
 */
record ScriptCall(RedisScript script, List<byte[]> keys, List<byte[]> arguments) {

	static ScriptCall of(RedisScript script, List<byte[]> keys, Object... arguments) {
		return new ScriptCall(script, keys, new ArrayList<>()).with(arguments);
	}

	/**
	 * Add arguments: bytes as they are, anything else as its text.
	 */
	ScriptCall with(Object... more) {
		for (Object argument : more) {
			this.arguments
				.add((argument instanceof byte[] bytes) ? bytes : argument.toString().getBytes(StandardCharsets.UTF_8));
		}
		return this;
	}

	byte[][] keyArray() {
		return this.keys.toArray(byte[][]::new);
	}

	byte[][] argumentArray() {
		return this.arguments.toArray(byte[][]::new);
	}

}
