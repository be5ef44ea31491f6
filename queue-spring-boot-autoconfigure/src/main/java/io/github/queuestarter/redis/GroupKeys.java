package io.github.queuestarter.redis;

import java.util.List;

/**
 * Keys of a group.
 *
 * @param queue those of its queue
 * @param group name of the group
 * @param groupBytes the same
 * @param log the log of the queue
 * @param replayed the replayed messages
 * @param dead stream of dead letters
 * @param deadIds hash of message id to the id in the stream of dead letters
 */
record GroupKeys(QueueKeys queue, String group, byte[] groupBytes, Lane log, Lane replayed, byte[] dead,
		byte[] deadIds) {

	List<Lane> lanes() {
		return List.of(this.log, this.replayed);
	}

	Lane lane(boolean isReplayed) {
		return isReplayed ? this.replayed : this.log;
	}

}
