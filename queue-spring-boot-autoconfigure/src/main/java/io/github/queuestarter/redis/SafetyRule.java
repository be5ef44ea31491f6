package io.github.queuestarter.redis;

/**
 * What is expected of a server that holds queues.
 */
enum SafetyRule {

	EVICTION("eviction policy", "'maxmemory-policy noeviction'"),

	PERSISTENCE("persistence", "'appendonly yes'"),

	VERSION("version", "version 6.2 or later"),

	SHARING("keys of others", "a database without a cache");

	private final String subject;

	private final String need;

	SafetyRule(String subject, String need) {
		this.subject = subject;
		this.need = need;
	}

	/**
	 * What is looked at.
	 */
	String subject() {
		return this.subject;
	}

	/**
	 * What it should be.
	 */
	String need() {
		return this.need;
	}

}
