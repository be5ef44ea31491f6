package io.github.queuestarter.redis;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.github.queuestarter.QueueStoreException;

/**
 * Finds out what the Redis user of the application may not do. A server before 7.2 does
 * not say which command of a script it refused.
 */
final class Permissions {

	private static final String ADVICE = ". The page 'Redis in production' has the rule that is enough.";

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final boolean confirmed;

	private final Events events;

	private final Map<String, String> findings = new ConcurrentHashMap<>();

	Permissions(RedisCalls calls, Keyspace keyspace, boolean confirmed, Events events) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.confirmed = confirmed;
		this.events = events;
	}

	/**
	 * Look whether the user may do all that a queue needs. Does not throw.
	 */
	void check(String queue) {
		String finding;
		try {
			finding = finding(queue, missing(queue));
		}
		catch (QueueStoreException ex) {
			if (ex.getCause() == null || !Refusals.isForbidden(ex.getCause())) {
				return;
			}
			finding = "Queue '%s' can't be used: %s".formatted(queue, ex.getMessage()) + ADVICE;
		}
		if (finding.isEmpty()) {
			this.findings.remove(queue);
		}
		else if (!finding.equals(this.findings.put(queue, finding))) {
			this.events.warn(finding);
		}
	}

	/**
	 * Look again at queues where something was missing.
	 */
	void checkAgain(Collection<String> queues) {
		queues.stream().filter(this.findings::containsKey).forEach(this::check);
	}

	/**
	 * What someone should set right.
	 */
	List<String> findings() {
		return List.copyOf(this.findings.values());
	}

	private List<String> missing(String queue) {
		QueueKeys keys = this.keyspace.queue(queue);
		return this.calls
			.eval(ScriptCall.of(RedisScript.MISSING_PERMISSIONS, List.of(keys.stream(), keys.consumers()),
					this.keyspace.names(), this.confirmed ? 1 : 0))
			.texts();
	}

	private static String finding(String queue, List<String> missing) {
		if (missing.isEmpty()) {
			return "";
		}
		return "The Redis user of this application may not run %s with the keys of queue '%s'. Add '%s' to its rule, or key patterns"
			.formatted(String.join(", ", missing), queue,
					missing.stream().map((name) -> "+" + name).collect(Collectors.joining(" ")))
				+ ADVICE;
	}

}
