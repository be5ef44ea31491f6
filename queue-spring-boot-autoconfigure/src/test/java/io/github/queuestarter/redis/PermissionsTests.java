package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.queuestarter.testing.DocumentedAclRule;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documented rule and the look for missing permissions know every command.
 */
class PermissionsTests {

	private static final Pattern CALL = Pattern.compile("redis\\.p?call\\('(\\w+)'(?:, '(\\w+)')?");

	private static final Pattern NEEDED = Pattern.compile("\\{ '(\\w+)'(?:, '(\\w*)')?");

	// What is called without a script, and how scripts are called
	private static final Set<String> BESIDE_SCRIPTS = Set.of("eval", "evalsha", "ping", "sadd", "smembers", "xread",
			"xreadgroup");

	@Test
	void documentedRuleHasTheCommandsThatAreCalledAndNoOther() {
		Set<String> documented = DocumentedAclRule.of("queue:", DocumentedAclRule.BASE)
			.stream()
			.filter((rule) -> rule.startsWith("+"))
			.map((rule) -> rule.substring(1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(documented).isEqualTo(called());
	}

	@Test
	void lookForMissingPermissionsAsksForTheCommandsThatAreCalledAndNoOther() {
		Set<String> needed = commands(NEEDED, text(RedisScript.MISSING_PERMISSIONS));
		needed.remove("wait");
		assertThat(needed).isEqualTo(called());
	}

	private static Set<String> called() {
		Set<String> called = new TreeSet<>(BESIDE_SCRIPTS);
		for (RedisScript script : RedisScript.values()) {
			called.addAll(commands(CALL, text(script)));
		}
		return called;
	}

	private static Set<String> commands(Pattern pattern, String text) {
		Set<String> commands = new TreeSet<>();
		Matcher matcher = pattern.matcher(text);
		while (matcher.find()) {
			boolean container = matcher.group(1).equals("xgroup") || matcher.group(1).equals("xinfo");
			commands.add(container ? matcher.group(1) + "|" + matcher.group(2) : matcher.group(1));
		}
		return commands;
	}

	private static String text(RedisScript script) {
		return new String(script.text(), StandardCharsets.UTF_8);
	}

}
