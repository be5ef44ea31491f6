package io.github.queuestarter.store;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Registration, heartbeat, fence and rescue of consumers. A consumer is registered in a
 * fencing domain: the whole store on Postgres, one queue on Redis. Who is not registered
 * can't settle, and what it held is rescued.
 */
public interface Consumers {

	/**
	 * The fencing domain that a queue belongs to.
	 */
	String domainOf(String queue);

	/**
	 * Register a consumer. Must come before its first claim.
	 * @param consumer an id that was never used before, made by {@link ConsumerIds}
	 */
	void register(String domain, String consumer);

	/**
	 * Advance the heartbeat counters of own consumers and read those of all others, in
	 * one round trip, on a connection of its own. Called by one thread only.
	 * @param selves own consumer by domain
	 * @return what was found, by domain; each of the domains is there
	 */
	Map<String, Beat> beat(Map<String, Self> selves);

	/**
	 * Remove the registration of a consumer whose counter has not moved. Writes the own
	 * heartbeat first: who can't beat can't fence.
	 * @param self the own consumer
	 * @param silent the consumer to fence
	 * @param counter the counter that it was seen at
	 * @return whether it was removed; false if it has moved, is gone already, or the own
	 * registration is gone
	 */
	boolean fence(String domain, String self, String silent, long counter);

	/**
	 * Take over what unregistered consumers hold: each such message becomes due at once,
	 * with one crash counted.
	 * @param domains the domains to look at
	 * @return how many messages were rescued, by group
	 */
	List<Rescued> rescue(Collection<String> domains);

	/**
	 * Give back what a consumer still holds, no failure and no crash counted, and remove
	 * its registration. The end of a clean stop.
	 */
	void retire(String domain, String consumer);

	/**
	 * A consumer of this instance.
	 *
	 * @param consumer its id
	 * @param groups the groups that it takes messages from
	 */
	record Self(String consumer, Set<GroupName> groups) {
	}

	/**
	 * What a heartbeat found in one domain.
	 *
	 * @param registered whether the own consumer is registered; if not, it was fenced
	 * @param others the counters of the other registered consumers
	 * @param shared those of the own groups that any of the others takes messages from
	 */
	record Beat(boolean registered, Map<String, Long> others, Set<GroupName> shared) {
	}

	/**
	 * Messages that were rescued.
	 */
	record Rescued(String queue, String group, int count) {
	}

}
