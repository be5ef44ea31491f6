package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.SendNotConfirmedException;
import io.lettuce.core.RedisFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls that count as done when replicas have what they wrote. WAIT counts for what was
 * written on its own connection, so each goes over one that nobody else uses meanwhile
 * and that does not come back by itself: after a reconnection WAIT would have nothing to
 * wait for.
 */
final class ConfirmedCalls implements AutoCloseable {

	private final SendConnections connections;

	private final RedisCalls calls;

	private final int replicas;

	private final Duration wait;

	private final Duration timeout;

	ConfirmedCalls(RedisStore.Replication replication) {
		CommandTimeout command = CommandTimeout.of(replication.connections());
		this.connections = new SendConnections(replication.connections(), command.value());
		this.calls = new RedisCalls(replication.connections(), command.value());
		this.replicas = replication.replicas();
		this.wait = command.limit(replication.timeout());
		this.timeout = command.value();
	}

	/**
	 * Send commands that write to one slot, and wait for the replicas.
	 * @param key a key of the slot
	 * @param ids the messages that the commands send
	 * @return the answers
	 * @throws SendNotConfirmedException if all was done and too few replicas have it
	 */
	List<@Nullable Object> call(byte[] key, List<String> ids, List<SendCall> sends) {
		@Nullable Object[] answers = new Object[sends.size()];
		List<Integer> left = new ArrayList<>();
		for (int i = 0; i < sends.size(); i++) {
			left.add(i);
		}
		Patience patience = new Patience(this.timeout);
		long confirmedBy = Long.MAX_VALUE;
		@Nullable Redirection redirection = null;
		while (true) {
			Round round = round(key, redirection, sends, left, answers);
			confirmedBy = Math.min(confirmedBy, round.confirmedBy());
			left = round.refused();
			if (left.isEmpty()) {
				break;
			}
			QueueStoreException failure = Objects.requireNonNull(round.failure());
			redirection = Redirection.of(failure);
			patience.waitAfter(failure);
		}
		if (confirmedBy < this.replicas) {
			throw new SendNotConfirmedException(
					("%d messages were sent to Redis, but only %d of %d replicas confirmed within %s that they have them"
							+ " (first id %s). They are delivered unless the server is lost before a replica has them.")
						.formatted(ids.size(), confirmedBy, this.replicas, this.wait, ids.get(0)),
					ids);
		}
		List<@Nullable Object> list = new ArrayList<>();
		for (Object answer : answers) {
			list.add(answer);
		}
		return list;
	}

	private Round round(byte[] key, @Nullable Redirection redirection, List<SendCall> sends, List<Integer> which,
			@Nullable Object[] answers) {
		try (SendConnections.Line line = this.connections.take(key, redirection)) {
			List<RedisFuture<?>> futures = new ArrayList<>();
			for (int index : which) {
				if (redirection != null && redirection.asking()) {
					line.commands().asking();
				}
				futures.add(sends.get(index).on(line.commands()));
			}
			RedisFuture<Long> confirmation = line.commands().waitForReplication(this.replicas, this.wait.toMillis());
			List<Integer> refused = new ArrayList<>();
			@Nullable QueueStoreException failure = null;
			for (int i = 0; i < which.size(); i++) {
				try {
					answers[which.get(i)] = this.calls.await(futures.get(i));
				}
				catch (QueueStoreException ex) {
					if (ex.getCause() == null || !Refusals.isTemporary(ex.getCause())) {
						throw ex;
					}
					refused.add(which.get(i));
					failure = ex;
				}
			}
			if (failure != null && refused.size() == which.size()) {
				// Nothing to wait for
				if (failure.getCause() == null || !Refusals.isReadOnly(failure.getCause())) {
					line.isWell();
				}
				return new Round(refused, failure, Long.MAX_VALUE);
			}
			Long confirmedBy = this.calls.await(confirmation);
			line.isWell();
			return new Round(refused, failure, (confirmedBy != null) ? confirmedBy : 0);
		}
	}

	@Override
	public void close() {
		this.connections.close();
	}

	/**
	 * What became of some calls.
	 *
	 * @param refused those that the server could not do at this moment
	 * @param failure why
	 * @param confirmedBy how many replicas have what was written
	 */
	private record Round(List<Integer> refused, @Nullable QueueStoreException failure, long confirmedBy) {
	}

}
