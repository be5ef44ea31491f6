package io.github.queuestarter.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.store.OutgoingMessage;

/**
 * Who is to be woken when messages are committed.
 *
 * @param sent queues with messages that are ready
 * @param scheduled when the first message is due that waits, by queue and the monotonic
 * clock
 */
record Announcement(Set<String> sent, Map<String, Long> scheduled) {

	/**
	 * Whoever waits for longer looks before that.
	 */
	private static final Duration LONGEST = Duration.ofDays(1);

	static Announcement of(List<OutgoingMessage> messages) {
		Announcement announcement = new Announcement(new TreeSet<>(), new HashMap<>());
		for (OutgoingMessage message : messages) {
			if (message.scheduled()) {
				announcement.scheduled.merge(message.queue(), System.nanoTime() + delay(message).toNanos(),
						(one, other) -> (one - other < 0) ? one : other);
			}
			else {
				announcement.sent.add(message.queue());
			}
		}
		return announcement;
	}

	void to(Wakeups wakeups) {
		wakeups.sent(this.sent);
		this.scheduled.forEach((queue, due) -> wakeups.scheduledWithin(queue,
				TimeUnit.NANOSECONDS.toMillis(Math.max(0, due - System.nanoTime()))));
	}

	/**
	 * By the local clock where the message names a time: if that is wrong, the message is
	 * found by the next look that comes by itself.
	 */
	private static Duration delay(OutgoingMessage message) {
		if (message.delay() != null) {
			return shorter(message.delay());
		}
		Instant now = Instant.now();
		return (message.at() != null && message.at().isBefore(now.plus(LONGEST))) ? Duration.between(now, message.at())
				: LONGEST;
	}

	private static Duration shorter(Duration delay) {
		return (delay.compareTo(LONGEST) < 0) ? delay : LONGEST;
	}

}
