package io.github.queuestarter.listener;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A handler and what it listens to.
 *
 * @param id name of the listener in health
 * @param queue the queue
 * @param group the group
 * @param backend the store that the annotation names, or {@code null}
 * @param concurrency what the annotation says, or {@code null}
 * @param transactional whether the annotation says that it is transactional
 * @param ephemeral whether it reads for this instance alone
 * @param returnsStage whether the method goes on after it has returned
 * @param permanent exceptions that are never retried
 * @param handler what handles the messages
 * @param method the method, for people
 */
record ListenerDefinition(String id, String queue, String group, @Nullable String backend,
		@Nullable Integer concurrency, boolean transactional, boolean ephemeral, boolean returnsStage,
		List<Class<? extends Throwable>> permanent, Handler handler, String method) {
}
