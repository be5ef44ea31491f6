package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.Settlement;
import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.XAddArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How settlements end that Redis can't take as they are.
 */
class RedisSettlementTests extends RedisServerTest {

	@Test
	void lateSettlementOfAnEarlierDeliveryToTheSameConsumerChangesNothing() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage first = this.sink.receive();
		Settlement retry = new Settlement.Retry(first, Duration.ZERO, failure());
		assertThat(settle(retry)).isEmpty();
		ClaimedMessage second = this.sink.receive();
		assertThat(second.consumer()).isEqualTo(first.consumer());
		assertThat(settle(retry)).containsExactly(first);
		assertThat(settle(new Settlement.Bury(first, failure()))).containsExactly(first);
		assertThat(settle(new Settlement.Retry(second, Duration.ZERO, failure()))).isEmpty();
		assertThat(this.sink.receive().failures()).isEqualTo(2);
	}

	@Test
	void fullServerStillTakesHeartbeatsAndSettlements() throws Exception {
		listen();
		this.server.send(QUEUE, "one");
		this.server.send(QUEUE, "two");
		ClaimedMessage one = this.sink.receive();
		ClaimedMessage two = this.sink.receive();
		this.server.redis().configSet("maxmemory", "1");
		assertThat(this.server.store()
			.consumers()
			.beat(Map.of(QUEUE, new Self(this.sink.consumer(), Set.of())))
			.get(QUEUE)
			.registered()).isTrue();
		assertThat(settle(new Settlement.Retry(one, Duration.ZERO, failure()), new Settlement.Bury(two, failure())))
			.isEmpty();
		assertThat(this.sink.receive().id()).isEqualTo(one.id());
	}

	@Test
	void keyOfAnotherTypeStopsASettlementBeforeItWritesAnything() throws Exception {
		MessageSource source = listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		source.stop();
		this.server.redis().set("{queue:orders}:dead:billing", "not a stream");
		Settlement bury = new Settlement.Bury(message, failure());
		assertThatExceptionOfType(QueueStoreException.class).isThrownBy(() -> settle(bury))
			.withMessageContaining("WRONGTYPE");
		this.server.redis().del("{queue:orders}:dead:billing");
		assertThat(settle(bury)).isEmpty();
	}

	@Test
	void acksOfSomeThatAreDoneAlreadyNameExactlyThose() throws Exception {
		List<Settlement> acks = fiveAcksOfWhichTheSecondIsDone();
		String id = this.server.redis().xadd(STREAM, "n", "taken over");
		this.sink.receive();
		this.server.redis().xclaim(STREAM, Consumer.from(GROUP, "other"), 0, id);
		assertThat(this.server.store().settlements().settle(acks)).containsExactly(acks.get(1).message());
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isOne();
	}

	@Test
	void acksOfSomeThatAreDoneAlreadyAreCountedWhereNobodyElseHoldsAnything() throws Exception {
		List<Settlement> acks = fiveAcksOfWhichTheSecondIsDone();
		assertThat(this.server.store().settlements().settle(acks)).isEmpty();
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isZero();
		assertThat(this.server.events(QueueEvent.Warning.class)).singleElement()
			.extracting(QueueEvent.Warning::text)
			.asString()
			.startsWith("1 of 5 messages of group '" + GROUP + "' of queue '" + QUEUE + "' were not held any more");
	}

	private List<Settlement> fiveAcksOfWhichTheSecondIsDone() throws Exception {
		listen();
		List<Settlement> acks = new ArrayList<>();
		// Of which the text is not in the order of the numbers
		for (String id : List.of("1-8", "1-9", "1-10", "1-11", "2-100")) {
			this.server.redis().xadd(STREAM, new XAddArgs().id(id), "n", id);
			acks.add(new Settlement.Ack(this.sink.receive()));
		}
		settle(acks.get(1));
		return acks;
	}

	@Test
	void acksInAnyOrderAreAllDone() throws Exception {
		listen();
		List<Settlement> acks = new ArrayList<>();
		for (int i = 0; i < 25; i++) {
			this.server.redis().xadd(STREAM, new XAddArgs().id("1-" + (i + 1)), "n", "" + i);
			acks.add(new Settlement.Ack(this.sink.receive()));
		}
		Collections.reverse(acks);
		assertThat(this.server.store().settlements().settle(acks)).isEmpty();
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isZero();
	}

	@Test
	void batchThatTheServerCantTakeNowIsTriedAgainAsAWhole() throws Exception {
		RedisStore patient = this.server
			.another(
					Duration.ofSeconds(20), new RedisStore.Settings("queue:", Duration.ofMillis(100),
							ServerUnderTest.BLOCK, Duration.ofMillis(200), Duration.ofMillis(300)),
					UnaryOperator.identity(), (queue) -> null);
		List<OutgoingMessage> batch = IntStream.range(0, 5)
			.mapToObj((number) -> new OutgoingMessage("id-" + number, QUEUE, EncodedPayload.ofText("m", Format.TEXT),
					Map.of(), null, null))
			.toList();
		this.server.redis().configSet("min-replicas-to-write", "1");
		CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> patient.appender().append(batch, false));
		Awaitility.await().until(() -> refusedAdds() >= 5);
		assertThat(sent).isNotDone();
		this.server.redis().configSet("min-replicas-to-write", "0");
		sent.get(20, TimeUnit.SECONDS);
		assertThat(this.server.redis().xrange(STREAM, Range.unbounded()))
			.extracting((entry) -> entry.getBody().get("id"))
			.containsExactly("id-0", "id-1", "id-2", "id-3", "id-4");
	}

	private long refusedAdds() {
		return this.server.redis()
			.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith("cmdstat_xadd:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll(".*rejected_calls=(\\d+).*", "$1")))
			.sum();
	}

}
