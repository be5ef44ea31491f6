package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.queuestarter.Failure;
import io.github.queuestarter.Position;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import io.lettuce.core.KillArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What can happen to a listener container must not happen to a listener.
 */
class RedisReaderTests {

	private static final String QUEUE = "orders";

	private static final String GROUP = "billing";

	private ServerUnderTest server;

	private CollectingSink sink;

	@BeforeEach
	void start() {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void idlePollsUseOneConnection() throws Exception {
		listen();
		long before = this.server.info("total_connections_received");
		this.sink.awaitPolls(20);
		assertThat(this.server.info("total_connections_received")).isEqualTo(before);
		assertThat(this.server.redis().clientList().lines().filter((line) -> line.contains("cmd=xreadgroup")))
			.hasSize(1);
	}

	@Test
	void noMoreIsReadThanThereIsRoomFor() throws Exception {
		for (int i = 0; i < 50; i++) {
			this.server.send(QUEUE, "m" + i);
		}
		this.sink.room = 7;
		MessageSource source = this.server.store()
			.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), this.sink);
		source.start();
		for (int i = 0; i < 7; i++) {
			this.sink.receive();
		}
		source.stop();
		assertThat(this.server.redis().xpending("queue:" + QUEUE, GROUP).getCount()).isEqualTo(7);
	}

	@Test
	void killedServerIsReadAgainWhenItIsBack() throws Exception {
		listen();
		String before = this.server.send(QUEUE, "before");
		ClaimedMessage first = this.sink.receive();
		assertThat(first.id()).isEqualTo(before);
		this.server.server().kill();
		this.sink.awaitFailure();
		this.server.server().start();
		String after = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(after);
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(first)))).isEmpty();
	}

	@Test
	void failedPollsWaitAsLongAsTheSinkSays() throws Exception {
		listen();
		this.server.server().kill();
		this.sink.awaitFailure();
		long start = System.nanoTime();
		for (int i = 0; i < 4; i++) {
			this.sink.awaitFailure();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start))
			.isGreaterThanOrEqualTo(CollectingSink.RETRY_POLL_AFTER.multipliedBy(3));
	}

	@Test
	void flushedServerIsReadFromItsFirstNewMessage() throws Exception {
		listen();
		this.server.redis().flushall();
		Set<String> ids = new HashSet<>();
		for (int i = 0; i < 5; i++) {
			ids.add(this.server.send(QUEUE, "m" + i));
		}
		assertThat(receive(5)).isEqualTo(ids);
		assertThat(this.server.events(QueueEvent.GroupRecreated.class)).hasSize(1);
	}

	@Test
	void deletedStreamIsReadFromItsFirstNewMessage() throws Exception {
		listen();
		this.server.redis().del("queue:" + QUEUE);
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void lostGroupLosesNothingThatIsUnfinished() throws Exception {
		listen();
		String done = this.server.send(QUEUE, "done");
		settle(new Settlement.Ack(this.sink.receive()));
		String held = this.server.send(QUEUE, "held");
		this.sink.receive();
		this.server.store().consumers().beat(Map.of(QUEUE, new Self(this.sink.consumer(), Set.of())));
		this.server.redis().xgroupDestroy("queue:" + QUEUE, GROUP);
		String after = this.server.send(QUEUE, "after");
		assertThat(receive(2)).containsExactlyInAnyOrder(held, after).doesNotContain(done);
		assertThat(this.server.events(QueueEvent.GroupRecreated.class)).hasSize(1);
	}

	@Test
	void retriesAndTheirAttemptsGoWithALostGroup() throws Exception {
		listen();
		String parked = this.server.send(QUEUE, "parked");
		settle(new Settlement.Retry(this.sink.receive(), Duration.ofHours(1),
				Failure.of(Failure.Kind.EXCEPTION, "no")));
		this.server.redis().xgroupDestroy("queue:" + QUEUE, GROUP);
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(parked);
		assertThat(again.failures()).isZero();
		assertThat(this.server.redis().exists("{queue:" + QUEUE + "}:retry:" + GROUP)).isZero();
	}

	@Test
	void settlementForALostGroupIsReportedAsNotHeld() throws Exception {
		MessageSource source = listen();
		this.server.send(QUEUE, "held");
		ClaimedMessage message = this.sink.receive();
		source.stop();
		this.server.redis().xgroupDestroy("queue:" + QUEUE, GROUP);
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(message))))
			.containsExactly(message);
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Release(message, Duration.ZERO))))
			.containsExactly(message);
	}

	@Test
	void killedConnectionsAreReplaced() throws Exception {
		listen();
		for (int i = 0; i < 3; i++) {
			this.server.redis().clientKill(KillArgs.Builder.typeNormal().skipme());
			String id = this.server.send(QUEUE, "m" + i);
			ClaimedMessage message = this.sink.receive();
			assertThat(message.id()).isEqualTo(id);
			settle(new Settlement.Ack(message));
		}
	}

	@Test
	void errorInTheSinkEndsNothingAndItsMessagesComeAgain() throws Exception {
		AtomicBoolean thrown = new AtomicBoolean();
		this.sink.beforeAccept = (messages) -> {
			if (thrown.compareAndSet(false, true)) {
				throw new StackOverflowError("by the test");
			}
		};
		listen();
		String lost = this.server.send(QUEUE, "lost");
		assertThat(this.sink.awaitFailure()).isInstanceOf(StackOverflowError.class);
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(lost);
		assertThat(again.attempt()).isEqualTo(1);
		assertThat(again.crashes()).isZero();
	}

	@Test
	void errorWhileAFailureIsReportedEndsNothing() throws Exception {
		this.sink.beforeFailure = (cause) -> {
			throw new AssertionError("by the test");
		};
		listen();
		this.server.redis().del("queue:" + QUEUE);
		this.sink.awaitFailure();
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void interruptedThreadPollsOn() throws Exception {
		listen();
		Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("queue-" + QUEUE + "-" + GROUP))
			.forEach(Thread::interrupt);
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
		this.sink.awaitPolls(2);
	}

	@Test
	void streamOfAnotherTypeIsReadWhenItIsGone() throws Exception {
		this.server.redis().set("queue:" + QUEUE, "not a stream");
		MessageSource source = this.server.store()
			.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), this.sink);
		source.start();
		assertThat(this.sink.awaitFailure()).hasMessageContaining("WRONGTYPE");
		this.server.redis().del("queue:" + QUEUE);
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
		source.stop();
	}

	@Test
	void stopEndsWithTheServerFrozen() throws Exception {
		MessageSource source = listen();
		this.server.server().suspend();
		long start = System.nanoTime();
		source.stop();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		this.server.server().resume();
		this.server.send(QUEUE, "after");
		assertThat(this.sink.arrived()).isZero();
	}

	@Test
	void sourceCanBeStartedAgain() throws Exception {
		MessageSource source = listen();
		for (int i = 0; i < 3; i++) {
			source.stop();
			source.start();
			String id = this.server.send(QUEUE, "m" + i);
			assertThat(this.sink.receive().id()).isEqualTo(id);
		}
	}

	@Test
	void fullServerIsReadOn() throws Exception {
		listen().stop();
		String id = this.server.send(QUEUE, "m");
		this.server.redis().configSet("maxmemory", "1");
		listen();
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(id);
		settle(new Settlement.Release(message, Duration.ZERO));
		settle(new Settlement.Ack(this.sink.receive()));
	}

	@Test
	void lostGroupOfAFullServerIsMadeAgain() throws Exception {
		listen();
		String id = this.server.send(QUEUE, "m");
		this.sink.receive();
		// In one step, as Redis 6.2 destroys no group once it is full
		this.server.redis().multi();
		this.server.redis().xgroupDestroy("queue:" + QUEUE, GROUP);
		this.server.redis().configSet("maxmemory", "1");
		assertThat(this.server.redis().exec().wasDiscarded()).isFalse();
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void nothingIsReadForAConsumerThatRoomWasNotGrantedTo() throws Exception {
		listen().stop();
		this.server.send(QUEUE, "m");
		Semaphore granted = new Semaphore(0);
		this.sink.afterRoom = () -> {
			this.sink.consumer = "queue~not-yet-registered";
			this.sink.room = 0;
			granted.release();
		};
		MessageSource source = this.server.store()
			.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), this.sink);
		source.start();
		assertThat(granted.tryAcquire(15, TimeUnit.SECONDS)).isTrue();
		source.stop();
		assertThat(this.server.redis().xpending("queue:" + QUEUE, GROUP).getCount()).isZero();
	}

	@Test
	void errorWhileDueMessagesAreHandedOverEndsNothing() throws Exception {
		listen();
		String id = this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		AtomicBoolean thrown = new AtomicBoolean();
		this.sink.beforeAccept = (messages) -> {
			if (thrown.compareAndSet(false, true)) {
				throw new StackOverflowError("by the test");
			}
		};
		settle(new Settlement.Release(message, Duration.ZERO));
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isZero();
	}

	@Test
	void dueMessagesThatCannotBeClaimedAreAFinding() throws Exception {
		listen();
		String retry = "{queue:" + QUEUE + "}:retry:" + GROUP;
		this.server.redis().set(retry, "not a sorted set");
		Awaitility.await().until(() -> findings().contains("Could not claim due messages of group '" + GROUP + "'"));
		// of several sources one question tells whether anything is due
		this.server.listen("other", GROUP, this.server.sink("other"));
		this.server.redis().del(retry);
		Awaitility.await().until(() -> findings().isEmpty());
	}

	@Test
	void claimsThatFailAlthoughTheLookBeforeThemGoesWellAreAFindingAndToldOnce() throws Exception {
		listen();
		this.server.listen("other", GROUP, this.server.sink("other"));
		String id = this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		String attempts = "{queue:" + QUEUE + "}:attempts:" + GROUP;
		settle(new Settlement.Retry(message, Duration.ofSeconds(1), Failure.of(Failure.Kind.EXCEPTION, "no")));
		this.server.redis().del(attempts);
		this.server.redis().set(attempts, "not a hash");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> findings().contains("Could not claim due messages of group '" + GROUP + "'"));
		assertThat(this.server.events(QueueEvent.Warning.class))
			.filteredOn((warning) -> warning.text().contains("Could not claim due messages"))
			.hasSize(1);
		this.server.redis().del(attempts);
		assertThat(this.sink.receive().id()).isEqualTo(id);
		Awaitility.await().until(() -> findings().isEmpty());
	}

	private String findings() {
		return String.join("\n", this.server.store().administration().condition().findings());
	}

	@Test
	void observerThatFailsDoesNotEndRetries() throws Exception {
		this.server.failingObserver = true;
		listen();
		String id = this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		String retry = "{queue:" + QUEUE + "}:retry:" + GROUP;
		this.server.redis().set(retry, "not a sorted set");
		Awaitility.await().until(() -> !this.server.events(QueueEvent.Warning.class).isEmpty());
		this.server.redis().del(retry);
		settle(new Settlement.Release(message, Duration.ZERO));
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void whatAnotherInstanceMakesDueReachesOneListenerOfMany() throws Exception {
		CollectingSink other = this.server.sink("other");
		listen();
		this.server.listen("other", GROUP, other);
		String id = this.server.send(QUEUE, "retried");
		ClaimedMessage message = this.sink.receive();
		// By a script alone, so that nothing tells the store that it is due soon
		new RedisCalls(this.server.connections(), Duration.ofSeconds(1))
			.eval(SettleCalls.of(new Keyspace("queue:").queue(QUEUE).group(GROUP), false, this.sink.consumer())
				.with("retry", ((RedisReceipt) message.receipt()).entry(), 0, 150));
		this.sink.forget(message);
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isEqualTo(1);
		assertThat(other.arrived()).isZero();
	}

	@Test
	void pauseByAnotherInstanceReachesListenersThatHaveNothingDue() throws Exception {
		listen();
		this.server.listen("other", GROUP, this.server.sink("other"));
		this.server.redis().hset("{queue:orders}:groups", "paused:" + GROUP, "1");
		// Longer than from one poll to the next
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.during(ServerUnderTest.BLOCK.multipliedBy(8))
			.until(() -> this.server.info("blocked_clients") <= 1);
		String id = this.server.send(QUEUE, "m");
		assertThat(this.sink.arrived()).isZero();
		this.server.redis().hdel("{queue:orders}:groups", "paused:" + GROUP);
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void nothingIsClaimedForListenersThatHaveNothingDue() throws Exception {
		for (int i = 0; i < 5; i++) {
			this.server.listen("idle-" + i, GROUP, this.server.sink("idle-" + i));
		}
		awaitLooks(30);
		long claims = calls("zrangebyscore");
		awaitLooks(90);
		assertThat(calls("zrangebyscore")).isEqualTo(claims);
	}

	private void awaitLooks(int more) {
		long before = calls("zrange");
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> calls("zrange") > before + more);
	}

	private long calls(String command) {
		return this.server.redis()
			.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith("cmdstat_" + command + ":"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("[^=]*=(\\d+),.*", "$1")))
			.sum();
	}

	private MessageSource listen() throws InterruptedException {
		return this.server.listen(QUEUE, GROUP, this.sink);
	}

	private void settle(Settlement settlement) {
		assertThat(this.server.store().settlements().settle(List.of(settlement))).isEmpty();
		this.sink.forget(settlement.message());
	}

	private Set<String> receive(int count) throws InterruptedException {
		Set<String> ids = new HashSet<>();
		while (ids.size() < count) {
			ids.add(this.sink.receive().id());
		}
		return ids;
	}

}
