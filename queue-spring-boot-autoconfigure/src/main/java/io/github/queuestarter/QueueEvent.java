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
	 * Messages were to be sent after commit, and could not be, or were sent and are not
	 * confirmed by enough replicas.
	 */
	record SendAfterCommitFailed(String backend, String queue, List<String> ids,
			Throwable cause) implements QueueEvent {

		/**
		 * Whether they were sent, and are only not confirmed.
		 */
		public boolean onlyUnconfirmed() {
			return this.cause instanceof SendNotConfirmedException;
		}

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
	 * An ephemeral listener is done with a message whose only attempt failed.
	 */
	record Dropped(String backend, Delivery delivery, Failure failure) implements QueueEvent {
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
	 * A claim did not get its turn, because another session was claiming messages of the
	 * group (Postgres). It is tried again within milliseconds.
	 */
	record ClaimBusy(String backend, String queue, String group) implements QueueEvent {
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
	 * The store's tables were copied from another database, by a restore for example, and
	 * were made at home in this one.
	 *
	 * @param reason how that was seen
	 * @param unfinished how many messages became due again, counted per group
	 * @param finished how many messages were removed because every group had finished
	 * them
	 */
	record Rebased(String backend, String reason, long unfinished, long finished) implements QueueEvent {
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
	 * Messages were removed that all groups had finished.
	 */
	record Removed(String backend, String queue, long count) implements QueueEvent {
	}

	/**
	 * Messages were removed that not every group had finished.
	 */
	record Trimmed(String backend, String queue, long count, Reason reason) implements QueueEvent {

		/**
		 * Why messages were removed.
		 */
		public enum Reason {

			/**
			 * They exceeded a limit of a queue whose retention is lossy.
			 */
			LIMIT,

			/**
			 * They were too old in a queue without a group.
			 */
			UNCLAIMED

		}
	}

	/**
	 * Messages that a group held or was to try again were gone from their store: somebody
	 * else removed them. The group has settled them.
	 */
	record Lost(String backend, String queue, String group, long count) implements QueueEvent {
	}

	/**
	 * Dead letters were removed that were beyond the limits of their group.
	 */
	record DeadLettersRemoved(String backend, String queue, String group, long count) implements QueueEvent {
	}

	/**
	 * A group was removed because nobody has read as it for too long.
	 */
	record GroupExpired(String backend, String queue, String group, Duration idle) implements QueueEvent {
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
