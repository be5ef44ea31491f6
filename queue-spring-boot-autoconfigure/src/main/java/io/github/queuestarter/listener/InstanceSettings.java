package io.github.queuestarter.listener;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How an application instance shows that it is alive, and how it stops.
 *
 * @param application name of the application
 * @param heartbeatInterval how often the heartbeat counter is advanced
 * @param heartbeatExpiry after how long without a change a consumer is silent; at least
 * twice the interval
 * @param gracePeriod how long handlers may go on when the application stops
 * @param housekeepingInterval how often messages are removed that all groups have
 * finished
 * @param virtualThreads whether handlers run on virtual threads
 */
public record InstanceSettings(String application, Duration heartbeatInterval, Duration heartbeatExpiry,
		Duration gracePeriod, Duration housekeepingInterval, boolean virtualThreads) {

	public InstanceSettings {
		Assert.isTrue(isPositive(heartbeatInterval),
				() -> "'queue.heartbeat.interval' must be positive, not " + heartbeatInterval);
		Assert.isTrue(heartbeatExpiry.compareTo(heartbeatInterval.multipliedBy(2)) >= 0,
				() -> "'queue.heartbeat.expiry' (" + heartbeatExpiry
						+ ") must be at least twice 'queue.heartbeat.interval' (" + heartbeatInterval + ")");
		Assert.isTrue(!gracePeriod.isNegative(),
				() -> "'queue.shutdown.grace-period' must not be negative: " + gracePeriod);
		Assert.isTrue(isPositive(housekeepingInterval),
				() -> "'queue.housekeeping.interval' must be positive, not " + housekeepingInterval);
	}

	private static boolean isPositive(Duration duration) {
		return !duration.isNegative() && !duration.isZero();
	}

}
