package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes with a transactional listener that are killed at random.
 */
class PostgresLedgerTests extends TransactionalTest {

	private static final int MESSAGES = 3000;

	private static final int KILLS = 7;

	private static final int PROCESSES = 3;

	private final List<WorkerProcess> processes = new ArrayList<>();

	@Test
	void ledgerEqualsTheMessagesHoweverOftenProcessesAreKilled() {
		Application sender = start(application());
		List<String> payloads = IntStream.range(0, MESSAGES).mapToObj((i) -> "m" + i).sorted().toList();
		long seed = System.nanoTime();
		Random random = new Random(seed);
		try {
			for (int i = 0; i < PROCESSES; i++) {
				this.processes.add(WorkerProcess.start(properties()));
			}
			sender.template().sendAll(this.queue, payloads);
			for (int kill = 1; kill <= KILLS; kill++) {
				int progress = kill * MESSAGES / (KILLS + 1) + random.nextInt(100);
				awaitLedger().until(() -> this.ledger.size() >= progress
						&& this.processes.stream().anyMatch(WorkerProcess::hasStarted));
				List<WorkerProcess> working = this.processes.stream().filter(WorkerProcess::hasStarted).toList();
				WorkerProcess victim = working.get(random.nextInt(working.size()));
				victim.kill();
				this.processes.remove(victim);
				this.processes.add(WorkerProcess.start(properties()));
			}
			awaitLedger().until(() -> this.ledger.size() >= MESSAGES);
			awaitLedger().until(() -> isDone(sender, this.queue));
		}
		finally {
			this.processes.forEach(WorkerProcess::close);
		}
		assertThat(deadLetters(sender)).isEmpty();
		assertThat(this.ledger.entries()).as("seed %d", seed).isEqualTo(payloads);
		assertThat(sentOn()).as("seed %d", seed).isEqualTo(payloads);
		assertThat(this.ledger.count("crashes > 0")).as("messages that were held by a killed process").isPositive();
	}

	private static ConditionFactory awaitLedger() {
		return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(5));
	}

	private List<String> sentOn() {
		return this.outside.queryForList(
				"select payload from queue.queue_message where queue = ?" + " order by payload collate \"C\"",
				String.class, this.queue + "-next");
	}

	private Map<String, String> properties() {
		Map<String, String> properties = new LinkedHashMap<>(backend().properties());
		properties.put("test.queue", this.queue);
		properties.put("worker.ledger", this.queue);
		properties.put("worker.micros", "2000");
		properties.put("queue.listener.transactional", "true");
		properties.put("queue.listener.concurrency", "4");
		properties.put("queue.listener.prefetch", "20");
		// no process dies of a message here
		properties.put("queue.listener.max-crashes", "1000");
		return properties;
	}

}
