package io.github.queuestarter.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.util.Assert;

/**
 * What a send to Redis waits for before it returns.
 *
 * @param replicas how many replicas must have the message, 0 for none
 */
public record RedisDurability(int replicas) {

	/**
	 * Wait for the master alone.
	 */
	public static final RedisDurability NONE = new RedisDurability(0);

	private static final Pattern REPLICAS = Pattern.compile("replicas\\((\\d{1,3})\\)");

	/**
	 * Read what the key {@code queue.redis.durability} says. Spring Boot looks for a
	 * method of this name.
	 */
	public static RedisDurability valueOf(String text) {
		String given = text.strip();
		if (given.equals("none")) {
			return NONE;
		}
		Matcher replicas = REPLICAS.matcher(given);
		Assert.isTrue(replicas.matches() && !replicas.group(1).matches("0+"),
				() -> "'%s' is neither 'none' nor 'replicas(n)' with n of at least 1".formatted(text));
		return new RedisDurability(Integer.parseInt(replicas.group(1)));
	}

	@Override
	public String toString() {
		return (this.replicas > 0) ? "replicas(%d)".formatted(this.replicas) : "none";
	}

}
