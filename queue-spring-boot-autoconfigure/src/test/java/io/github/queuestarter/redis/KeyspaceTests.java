package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One slot of a Redis Cluster holds all keys of a queue.
 */
class KeyspaceTests {

	@ParameterizedTest
	@ValueSource(strings = { "orders", "a b", "{a}", "a{b}c", "}{", "{}", "a%7Bb", "\u00fcber", "a:b" })
	void allKeysOfAQueueAreInOneSlot(String name) {
		for (String prefix : new String[] { "queue:", "{x}", "{" }) {
			GroupKeys group = new Keyspace(prefix).queue(name).group(name);
			assertThat(keys(group)).extracting(SlotHash::getSlot)
				.containsOnly(SlotHash.getSlot(group.queue().stream()));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "shop:events", "{shop}:events", "a{shop}b{c}", "{{shop}}", "a%7Bb", "\u00fcber" })
	void allKeysOfAStreamThatOthersMadeAreInItsSlot(String key) {
		GroupKeys group = new Keyspace("queue:", Map.of("orders", key)).queue("orders").group("a{b}");
		assertThat(text(group.queue().stream())).isEqualTo(key);
		assertThat(keys(group)).extracting(SlotHash::getSlot).containsOnly(SlotHash.getSlot(group.queue().stream()));
		assertThat(keys(group)).extracting(KeyspaceTests::text).doesNotHaveDuplicates();
	}

	@Test
	void differentNamesHaveDifferentKeys() {
		Keyspace keyspace = new Keyspace("queue:");
		assertThat(text(keyspace.queue("a{b").stream())).isEqualTo("queue:a%7Bb")
			.isNotEqualTo(text(keyspace.queue("a%7Bb").stream()));
	}

	private static List<byte[]> keys(GroupKeys group) {
		QueueKeys queue = group.queue();
		List<byte[]> keys = new ArrayList<>(List.of(queue.consumers(), queue.groups(), queue.scheduled(),
				queue.bodies(), group.dead(), group.deadIds()));
		group.lanes().forEach((lane) -> keys.addAll(List.of(lane.stream(), lane.retry(), lane.attempts())));
		return keys;
	}

	private static String text(byte[] key) {
		return new String(key, StandardCharsets.UTF_8);
	}

}
