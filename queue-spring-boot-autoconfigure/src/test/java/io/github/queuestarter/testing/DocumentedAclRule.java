package io.github.queuestarter.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the Redis user of an application as the documentation says them.
 */
public final class DocumentedAclRule {

	public static final String USER = "queues";

	/**
	 * What every application needs.
	 */
	public static final int BASE = 0;

	/**
	 * What sends need that replicas confirm.
	 */
	public static final int REPLICAS = 1;

	/**
	 * What a Redis Cluster needs.
	 */
	public static final int CLUSTER = 2;

	private static final String COMMAND = "ACL SETUSER " + USER + " ";

	private DocumentedAclRule() {
	}

	/**
	 * The rules of some parts, for keys with this prefix.
	 */
	public static List<String> of(String prefix, int... parts) {
		List<String> lines = read().lines().filter((line) -> line.startsWith(COMMAND)).toList();
		List<String> rules = new ArrayList<>();
		for (int part : parts) {
			for (String word : lines.get(part).substring(COMMAND.length()).trim().split("\\s+")) {
				if (!word.equals("on") && !word.startsWith(">")) {
					rules.add(word.startsWith("~") ? word.replace("queue:", prefix) : word);
				}
			}
		}
		return rules;
	}

	private static String read() {
		try {
			return Files.readString(Path.of("..", "docs", "redis.md")).replace("\\\n", " ");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
