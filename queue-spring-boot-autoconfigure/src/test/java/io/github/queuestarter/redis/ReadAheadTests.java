package io.github.queuestarter.redis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Subscription;
import io.lettuce.core.KillArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A read that is sent before the records of the last one are handed over.
 */
class ReadAheadTests {

	private static final String QUEUE = "orders";

	private static final int MESSAGES = 3 * Polls.MOST_AT_ONCE;

	private ServerUnderTest server;

	private CollectingSink sink;

	private MessageSource source;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
		this.sink.room = 2 * MESSAGES;
		this.source = this.server.store()
			.reader()
			.open(new Subscription(QUEUE, "billing", Position.earliest(), "tests"), this.sink);
	}

	@AfterEach
	void close() {
		this.source.stop();
		this.server.close();
	}

	private void send() {
		send("{}");
	}

	// In portions that the client does not lose patience with
	private void send(String payload) {
		for (int from = 0; from < MESSAGES; from += 100) {
			this.server.store()
				.appender()
				.append(IntStream.range(from, from + 100)
					.mapToObj((i) -> new OutgoingMessage("id-" + i, QUEUE, EncodedPayload.ofText(payload, Format.JSON),
							Map.of(), null, null))
					.toList(), false);
		}
	}

	/**
	 * Do something while a full batch is handed over, once.
	 */
	private void duringAFullBatch(Runnable action) {
		AtomicBoolean done = new AtomicBoolean();
		this.sink.beforeAccept = (messages) -> {
			if (messages.size() == Polls.MOST_AT_ONCE && done.compareAndSet(false, true)) {
				action.run();
			}
		};
	}

	private long pending() {
		return this.server.redis().xpending("queue:orders", "billing").getCount();
	}

	private void awaitArrived(int count) {
		Awaitility.await().until(() -> this.sink.arrived() >= count);
	}

	@Test
	void serverReadsOnWhileABatchIsHandedOver() {
		send();
		AtomicBoolean ahead = new AtomicBoolean();
		duringAFullBatch(() -> {
			int handedOver = this.sink.arrived();
			Awaitility.await().until(() -> pending() > handedOver + Polls.MOST_AT_ONCE);
			ahead.set(true);
		});
		this.source.start();
		awaitArrived(MESSAGES);
		assertThat(ahead).isTrue();
		assertThat(this.sink.takeAll()).extracting(ClaimedMessage::id)
			.containsExactlyElementsOf(IntStream.range(0, MESSAGES).mapToObj((i) -> "id-" + i).toList());
	}

	@Test
	void nothingIsReadForWhichThereIsNoRoom() {
		send();
		this.sink.room = Polls.MOST_AT_ONCE + 100;
		List<Long> pending = new CopyOnWriteArrayList<>();
		duringAFullBatch(() -> pending.add(pending()));
		this.source.start();
		awaitArrived(this.sink.room);
		assertThat(pending).containsExactly((long) Polls.MOST_AT_ONCE);
		assertThat(pending()).isEqualTo(this.sink.room);
	}

	@Test
	void nothingIsReadBesideABatchThatIsHeavy() {
		send("\"" + "x".repeat(10_000) + "\"");
		List<Long> ahead = new CopyOnWriteArrayList<>();
		this.sink.beforeAccept = (messages) -> ahead.add(pending() - this.sink.arrived() - messages.size());
		this.source.start();
		awaitArrived(MESSAGES);
		assertThat(ahead).hasSize(MESSAGES / Polls.MOST_AT_ONCE).containsOnly(0L);
	}

	@Test
	void stopHandsOverWhatWasReadAhead() {
		send();
		Thread stopping = new Thread(this.source::stop);
		duringAFullBatch(() -> {
			stopping.start();
			Awaitility.await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		});
		this.source.start();
		Awaitility.await().until(() -> stopping.getState() == Thread.State.TERMINATED);
		assertThat(this.sink.arrived()).isLessThan(MESSAGES);
		assertThat(pending()).isEqualTo(this.sink.arrived());
	}

	@Test
	void whatWasReadAheadByAConnectionThatIsGoneComesWithTheNextReconciling() {
		send();
		duringAFullBatch(() -> {
			Awaitility.await().until(() -> pending() > this.sink.arrived() + Polls.MOST_AT_ONCE);
			this.server.redis().clientKill(KillArgs.Builder.typeNormal().skipme());
		});
		this.source.start();
		awaitArrived(MESSAGES);
		assertThat(this.sink.takeAll()).extracting(ClaimedMessage::id).doesNotHaveDuplicates().hasSize(MESSAGES);
	}

}
