package io.github.queuestarter.testing;

import java.util.List;
import java.util.Set;

import io.github.queuestarter.servers.RedisServer;

/**
 * What a Redis has refused to its users.
 */
public final class AclLog {

	/**
	 * With it the driver says what it is, and does not mind if it may not. A server
	 * before 7.0 names the command only, and one before 7.2 has no such thing.
	 */
	private static final Set<String> INTRODUCTION = Set.of("client|setinfo", "client");

	private AclLog() {
	}

	/**
	 * The commands and keys that were refused.
	 */
	public static List<String> refused(RedisServer server) {
		return ((List<?>) server.call("ACL", "LOG")).stream()
			.map((entry) -> (List<?>) entry)
			.map((fields) -> String.valueOf(fields.get(fields.indexOf("object") + 1)))
			.filter((object) -> !INTRODUCTION.contains(object))
			.toList();
	}

}
