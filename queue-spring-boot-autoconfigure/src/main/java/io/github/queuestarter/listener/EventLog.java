package io.github.queuestarter.listener;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Turns events into log lines. Never logs a payload.
 */
public final class EventLog implements QueueObserver {

	private static final Log logger = LogFactory.getLog("io.github.queuestarter");

	/**
	 * After so many failed polls in a row only each tenth is logged.
	 */
	private static final int FAILURES_IN_FULL = 3;

	private static final int THEN_EACH = 10;

	/**
	 * What is tried again each second during an outage is logged no more often than this.
	 */
	private static final Duration NOW_AND_THEN = Duration.ofSeconds(30);

	private final Map<String, Long> lastWarnings = new ConcurrentHashMap<>();

	private final Set<String> unclaimed = ConcurrentHashMap.newKeySet();

	@Override
	public void on(QueueEvent event) {
		if (event instanceof QueueEvent.Delivered || event instanceof QueueEvent.Sent
				|| event instanceof QueueEvent.Settled || event instanceof QueueEvent.ClaimBusy) {
			// asked first: to spell out each message would cost as much as to handle it
			if (logger.isTraceEnabled()) {
				logger.trace(event);
			}
		}
		else if (event instanceof QueueEvent.Failed failed) {
			failed(failed);
		}
		else if (event instanceof QueueEvent.Dropped dropped) {
			dropped(dropped);
		}
		else if (event instanceof QueueEvent.PollFailed failed) {
			pollFailed(failed);
		}
		else if (event instanceof QueueEvent.PollRecovered recovered) {
			logger.info("Listener " + name(recovered.queue(), recovered.group()) + " polls " + recovered.backend()
					+ " again after " + recovered.failures() + " failed polls");
		}
		else if (event instanceof QueueEvent.ListenerStarted started) {
			logger.info("Listener " + name(started.queue(), started.group()) + " started on " + started.backend()
					+ ", concurrency " + started.concurrency());
		}
		else if (event instanceof QueueEvent.ListenerStopped stopped) {
			logger.info("Listener " + name(stopped.queue(), stopped.group()) + " stopped");
		}
		else if (event instanceof QueueEvent.GroupRecreated recreated) {
			logger.warn("Group " + name(recreated.queue(), recreated.group()) + " was gone from " + recreated.backend()
					+ " and was made again from position " + recreated.position()
					+ ". Messages may be delivered twice.");
		}
		else if (event instanceof QueueEvent.Rebased rebased) {
			logger.warn("The queue's tables in " + rebased.backend() + " were re-based: " + rebased.reason() + ". "
					+ rebased.unfinished() + " unfinished messages are due now, " + rebased.finished()
					+ " finished ones were removed. Messages may be delivered twice.");
		}
		else if (event instanceof QueueEvent.Rescued rescued) {
			logger.warn("Rescued " + rescued.count() + " messages of " + name(rescued.queue(), rescued.group())
					+ " from a consumer that is gone");
		}
		else if (event instanceof QueueEvent.Fenced fenced) {
			logger.warn("Consumer '" + fenced.consumer() + "' of " + fenced.domain()
					+ " has gone silent; what it held is taken over");
		}
		else if (event instanceof QueueEvent.LostRegistration lost) {
			logger.warn("This instance was taken for dead in " + lost.domain() + " as consumer '" + lost.consumer()
					+ "'; it goes on as '" + lost.successor() + "'");
		}
		else if (event instanceof QueueEvent.Stale stale) {
			logger.warn(stale.ids().size() + " messages of " + name(stale.queue(), stale.group())
					+ " were settled too late, someone else has them: " + firstOf(stale.ids()));
		}
		else if (event instanceof QueueEvent.FlushFailed failed) {
			warnNowAndThen("settle " + failed.backend() + name(failed.queue(), failed.group()),
					() -> "Could not settle " + failed.count() + " messages of " + name(failed.queue(), failed.group())
							+ " (" + failed.cause().getMessage() + "); trying again");
			logger.debug("Settling failed", failed.cause());
		}
		else if (event instanceof QueueEvent.SendAfterCommitFailed failed) {
			logger.error(failed.ids().size() + " messages "
					+ (failed.onlyUnconfirmed() ? "are not confirmed by enough replicas of " : "could not be sent to ")
					+ failed.backend() + " after their transaction had been committed: " + firstOf(failed.ids()),
					failed.cause());
		}
		else if (event instanceof QueueEvent.HeartbeatFailed failed) {
			warnNowAndThen("heartbeat " + failed.backend(), () -> "Heartbeat did not reach " + failed.backend() + " ("
					+ failed.cause().getMessage() + "); trying again");
		}
		else if (event instanceof QueueEvent.Trimmed trimmed) {
			trimmed(trimmed);
		}
		else if (event instanceof QueueEvent.Lost lost) {
			warnNowAndThen("lost " + lost.backend() + name(lost.queue(), lost.group()),
					() -> "Lost " + lost.count() + " messages of " + name(lost.queue(), lost.group())
							+ ": somebody else removed them from " + lost.backend()
							+ " before the group had finished them");
		}
		else if (event instanceof QueueEvent.DeadLettersRemoved removed) {
			warnNowAndThen("dead letters " + removed.backend() + name(removed.queue(), removed.group()),
					() -> "Removed " + removed.count() + " dead letters of " + name(removed.queue(), removed.group())
							+ " from " + removed.backend() + ": they exceeded 'dead-letter.max-age' or"
							+ " 'dead-letter.max-length'");
		}
		else if (event instanceof QueueEvent.GroupExpired expired) {
			logger.warn("Removed group " + name(expired.queue(), expired.group()) + " from " + expired.backend()
					+ " with what it had not finished, because nobody has read as it for "
					+ expired.idle().truncatedTo(ChronoUnit.SECONDS) + " ('expire-after'). Its dead letters are kept.");
		}
		else if (event instanceof QueueEvent.WakeUpsLost lost) {
			logger.warn("Other instances can't wake this one any more through " + lost.backend()
					+ "; it finds their messages by polling. " + lost.reason());
		}
		else if (event instanceof QueueEvent.WakeUpsRestored restored) {
			logger.info("Other instances wake this one again through " + restored.backend());
		}
		else if (event instanceof QueueEvent.Warning warning) {
			logger.warn(warning.text());
		}
		else if (logger.isDebugEnabled()) {
			logger.debug(event);
		}
	}

	private void trimmed(QueueEvent.Trimmed trimmed) {
		String lost = "Removed " + trimmed.count() + " messages of queue '" + trimmed.queue() + "' from "
				+ trimmed.backend();
		if (trimmed.reason() == QueueEvent.Trimmed.Reason.LIMIT) {
			warnNowAndThen("trimmed " + trimmed.backend() + trimmed.queue(),
					() -> lost + " that not every group had finished: they exceeded 'retention.max-age' or"
							+ " 'retention.max-length', and 'retention.lossy' is set");
		}
		else if (this.unclaimed.add(trimmed.backend() + trimmed.queue())) {
			logger.warn(lost + " unread: the queue has no group, and they were older than its"
					+ " 'retention.unclaimed'. Start a listener for the queue, or set the key to a longer time."
					+ " This is said once; the meter 'queue.messages.trimmed' counts on.");
		}
		else {
			logger.debug(trimmed);
		}
	}

	private static void failed(QueueEvent.Failed failed) {
		Delivery delivery = failed.delivery();
		String text = "Attempt " + delivery.attempt() + " of message " + delivery.id() + " of "
				+ name(delivery.queue(), delivery.group()) + " failed (" + failed.failure().kind() + "): "
				+ failed.failure().reason();
		if (failed.last()) {
			logger.warn(text + ". It becomes a dead letter.");
		}
		else {
			logger.debug(text);
		}
	}

	private void dropped(QueueEvent.Dropped dropped) {
		Delivery delivery = dropped.delivery();
		warnNowAndThen("dropped " + dropped.backend() + delivery.queue(),
				() -> "Message " + delivery.id() + " of " + name(delivery.queue(), delivery.group()) + " is dropped ("
						+ dropped.failure().kind() + "): " + dropped.failure().reason()
						+ ". An ephemeral listener has one attempt; the meter 'queue.dropped' counts.");
	}

	private static void pollFailed(QueueEvent.PollFailed failed) {
		if (failed.consecutive() <= FAILURES_IN_FULL || failed.consecutive() % THEN_EACH == 0) {
			logger.warn("Listener " + name(failed.queue(), failed.group()) + " could not poll " + failed.backend()
					+ " (" + failed.cause().getMessage() + "); failure " + failed.consecutive()
					+ " in a row, next try in " + failed.nextTry().toMillis() + " ms");
			logger.debug("Poll failed", failed.cause());
		}
	}

	private void warnNowAndThen(String what, Supplier<String> text) {
		long now = System.nanoTime();
		Long last = this.lastWarnings.get(what);
		if (last == null || now - last >= NOW_AND_THEN.toNanos()) {
			this.lastWarnings.put(what, now);
			logger.warn(text.get());
		}
		else if (logger.isDebugEnabled()) {
			logger.debug(text.get());
		}
	}

	private static String name(String queue, String group) {
		return "'" + queue + "/" + group + "'";
	}

	private static String firstOf(List<String> ids) {
		return (ids.size() <= 10) ? ids.toString() : ids.subList(0, 10) + " …";
	}

}
