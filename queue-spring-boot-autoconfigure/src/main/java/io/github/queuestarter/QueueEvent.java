package io.github.queuestarter;

import java.time.Duration;
import java.util.List;

/**
 * Something that happened to messages, listeners or consumers.
 */
public sealed interface QueueEvent {

	/**
	 * Messages were sent.
	 */
	record Sent(String backend, String queue, int count) implements QueueEvent {
	}

	/**
	 * Messages were to be sent after commit, and could not be.
	 */
	record SendAfterCommitFailed(String backend, String queue, List<String> ids,
			Throwable cause) implements QueueEvent {
	}

	/**
	 * A message is about to be handled.
	 */
	record Delivered(String backend, Delivery delivery) implements QueueEvent {
	}

	/**
	 * An attempt failed.
	 *
	 * @param last whether the message becomes a dead letter rather than being tried again
	 */
	record Failed(String backend, Delivery delivery, Failure failure, boolean last) implements QueueEvent {
	}

	/**
	 * Settlements reached the store.
	 *
	 * @param kind how the messages were settled
	 */
	record Settled(String backend, String queue, String group, Kind kind, int count) implements QueueEvent {

		/**
		 * How messages were settled.
		 */
		public enum Kind {

			/**
			 * Done.
			 */
			ACK,

			/**
			 * Waits for its next attempt.
			 */
			RETRY,

			/**
			 * Ready again, no attempt counted.
			 */
			RELEASE,

			/**
			 * Became a dead letter.
			 */
			BURY

		}
	}

	/**
	 * Settlements came from a consumer that no longer held the messages; they changed
	 * nothing.
	 */
	record Stale(String backend, String queue, String group, List<String> ids) implements QueueEvent {
	}

	/**
	 * Settlements did not reach the store and will be tried again.
	 */
	record FlushFailed(String backend, String queue, String group, int count, Throwable cause) implements QueueEvent {
	}

	/**
	 * Messages of a consumer that is gone were taken over.
	 */
	record Rescued(String backend, String queue, String group, int count) implements QueueEvent {
	}

	/**
	 * A silent consumer was fenced by this instance.
	 */
	record Fenced(String backend, String domain, String consumer) implements QueueEvent {
	}

	/**
	 * This instance found itself fenced and goes on under a new consumer id.
	 */
	record LostRegistration(String backend, String domain, String consumer, String successor) implements QueueEvent {
	}

	/**
	 * The heartbeat did not reach the store.
	 */
	record HeartbeatFailed(String backend, Throwable cause) implements QueueEvent {
	}

	/**
	 * A listener could not poll its store; it tries again after a while.
	 */
	record PollFailed(String backend, String queue, String group, int consecutive, Duration nextTry,
			Throwable cause) implements QueueEvent {
	}

	/**
	 * A listener polls again after failures.
	 */
	record PollRecovered(String backend, String queue, String group, int failures) implements QueueEvent {
	}

	/**
	 * The group was gone from the store and was made again.
	 */
	record GroupRecreated(String backend, String queue, String group, String position) implements QueueEvent {
	}

	/**
	 * A listener has started.
	 */
	record ListenerStarted(String backend, String queue, String group, int concurrency) implements QueueEvent {
	}

	/**
	 * A listener has stopped.
	 */
	record ListenerStopped(String backend, String queue, String group) implements QueueEvent {
	}

	/**
	 * Messages that all groups had finished were removed.
	 */
	record Removed(String backend, String queue, long count) implements QueueEvent {
	}

	/**
	 * This instance is no longer woken by others and finds their messages by polling
	 * alone. It tries to be woken again.
	 *
	 * @param reason what happened, as a sentence
	 */
	record WakeUpsLost(String backend, String reason) implements QueueEvent {
	}

	/**
	 * This instance is woken by others again.
	 */
	record WakeUpsRestored(String backend) implements QueueEvent {
	}

	/**
	 * Something that an operator may want to act on.
	 */
	record Warning(String backend, String text) implements QueueEvent {
	}

}
