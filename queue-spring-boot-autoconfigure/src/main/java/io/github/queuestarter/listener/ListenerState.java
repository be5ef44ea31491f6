package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How a listener of this application instance stands.
 *
 * @param id name of the listener
 * @param queue the queue
 * @param group the group
 * @param backend the store
 * @param concurrency how many messages it handles at the same time
 * @param running whether it is started and all its threads are alive
 * @param polling whether it polls its store, or waits until its handlers have room for
 * more; not if its polls fail or its heartbeat is not confirmed for long
 * @param registered whether its consumer is registered and the heartbeat confirmed
 * @param lastPoll when the store last answered a poll, or {@code null} if never
 * @param consecutiveErrors how many polls failed since
 * @param lastError why the last poll failed, or {@code null} if it did not
 * @param settling whether its settlements reach the store
 * @param handlers how many handlers run now
 * @param stuck how many of them were interrupted and have not returned
 * @param oldestHandler how long the longest of them runs; zero if there is none
 */
public record ListenerState(String id, String queue, String group, String backend, int concurrency, boolean running,
		boolean polling, boolean registered, @Nullable Instant lastPoll, int consecutiveErrors,
		@Nullable String lastError, boolean settling, int handlers, int stuck, Duration oldestHandler) {
}
