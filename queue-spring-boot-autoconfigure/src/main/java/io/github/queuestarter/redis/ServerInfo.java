package io.github.queuestarter.redis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself in answer to INFO. Managed servers leave out some of it.
 *
 * @param fields name to value
 */
record ServerInfo(Map<String, String> fields) {

	static ServerInfo of(String text) {
		Map<String, String> fields = new HashMap<>();
		text.lines().forEach((line) -> {
			int colon = line.indexOf(':');
			if (colon > 0) {
				fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
			}
		});
		return new ServerInfo(Map.copyOf(fields));
	}

	/**
	 * The version of Redis. Others tell the one that they are compatible with.
	 */
	@Nullable String version() {
		return this.fields.get("redis_version");
	}

	@Nullable String evictionPolicy() {
		return this.fields.get("maxmemory_policy");
	}

	/**
	 * "1" if there is an append-only file, else "0".
	 */
	@Nullable String appendOnly() {
		return this.fields.get("aof_enabled");
	}

	/**
	 * How many keys of a database expire; none is told of a database without keys.
	 */
	long expiringKeys(int database) {
		return Arrays.stream(this.fields.getOrDefault("db" + database, "").split(","))
			.filter((part) -> part.matches("expires=\\d{1,18}"))
			.mapToLong((part) -> Long.parseLong(part.substring("expires=".length())))
			.sum();
	}

}
