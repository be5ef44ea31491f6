package io.github.queuestarter.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.queuestarter.UnsafeStoreException.Risk;
import org.jspecify.annotations.Nullable;

/**
 * How safe servers are for queues.
 *
 * @param risks what may go wrong
 * @param unknown what could not be found out, and why
 */
record Inspection(List<Risk> risks, Map<SafetyRule, String> unknown) {

	private static final int[] OLDEST = { 6, 2 };

	Inspection {
		risks = List.copyOf(risks);
		unknown = new TreeMap<>(unknown);
	}

	/**
	 * Judge servers by what they say of themselves.
	 */
	static Inspection of(Collection<ServerInfo> servers) {
		// Servers that are set up alike have one risk, not one each
		Set<Risk> risks = new LinkedHashSet<>();
		Map<SafetyRule, String> unknown = new TreeMap<>();
		for (ServerInfo server : servers) {
			judge(SafetyRule.EVICTION, eviction(server.evictionPolicy()), risks, unknown);
			judge(SafetyRule.PERSISTENCE, persistence(server.appendOnly()), risks, unknown);
			judge(SafetyRule.VERSION, version(server.version()), risks, unknown);
		}
		return new Inspection(List.copyOf(risks), unknown);
	}

	/**
	 * What is left when all servers refuse to say anything.
	 */
	static Inspection refused(String reason) {
		Map<SafetyRule, String> unknown = new TreeMap<>();
		for (SafetyRule rule : SafetyRule.values()) {
			unknown.put(rule, reason);
		}
		return new Inspection(List.of(), unknown);
	}

	Inspection with(Risk risk) {
		List<Risk> more = new ArrayList<>(this.risks);
		more.add(risk);
		return new Inspection(more, this.unknown);
	}

	Inspection without(SafetyRule rule, String reason) {
		Map<SafetyRule, String> more = new TreeMap<>(this.unknown);
		more.put(rule, reason);
		return new Inspection(this.risks, more);
	}

	/**
	 * One line for each risk, which says what to do.
	 */
	List<String> warnings() {
		return this.risks.stream().map((risk) -> risk.what() + ". " + risk.remedy() + ".").toList();
	}

	/**
	 * The one line that says what could not be found out, or {@code null}.
	 */
	@Nullable String gap() {
		if (this.unknown.isEmpty()) {
			return null;
		}
		return "Could not check how Redis is set up for queues: %s (%s). See that it has %s.".formatted(
				this.unknown.keySet().stream().map(SafetyRule::subject).collect(Collectors.joining(", ")),
				this.unknown.values().stream().distinct().collect(Collectors.joining("; ")),
				this.unknown.keySet().stream().map(SafetyRule::need).collect(Collectors.joining(", ")));
	}

	private static void judge(SafetyRule rule, Verdict verdict, Set<Risk> risks, Map<SafetyRule, String> unknown) {
		if (verdict.risk() != null) {
			risks.add(verdict.risk());
		}
		else if (!verdict.known()) {
			unknown.put(rule, "INFO does not tell");
		}
	}

	private static Verdict eviction(@Nullable String policy) {
		if (policy == null) {
			return Verdict.UNKNOWN;
		}
		return policy.equals("noeviction") ? Verdict.SAFE
				: Verdict.of(
						"Redis may evict keys when its memory is full, queues with all their messages among them"
								+ " (maxmemory-policy is '" + policy + "')",
						"Set 'maxmemory-policy noeviction' in the configuration of Redis");
	}

	private static Verdict persistence(@Nullable String appendOnly) {
		if (appendOnly == null) {
			return Verdict.UNKNOWN;
		}
		return !appendOnly.equals("0") ? Verdict.SAFE
				: Verdict.of("Redis loses what was sent since its last snapshot when it restarts (appendonly is 'no')",
						"Set 'appendonly yes' in the configuration of Redis");
	}

	private static Verdict version(@Nullable String version) {
		if (version == null || !version.matches("\\d{1,8}\\.\\d{1,8}\\b.*")) {
			return Verdict.UNKNOWN;
		}
		String[] parts = version.split("\\D", 3);
		int major = Integer.parseInt(parts[0]);
		boolean old = major < OLDEST[0] || major == OLDEST[0] && Integer.parseInt(parts[1]) < OLDEST[1];
		return !old ? Verdict.SAFE : Verdict.of("Redis " + version + " lacks commands that queues need",
				"Use Redis 6.2 or later, or Valkey");
	}

	/**
	 * What one server is judged to be.
	 */
	private record Verdict(boolean known, @Nullable Risk risk) {

		private static final Verdict UNKNOWN = new Verdict(false, null);

		private static final Verdict SAFE = new Verdict(true, null);

		private static Verdict of(String what, String remedy) {
			return new Verdict(true, new Risk(what, remedy));
		}

	}

}
