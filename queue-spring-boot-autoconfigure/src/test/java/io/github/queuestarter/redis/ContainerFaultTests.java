package io.github.queuestarter.redis;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.queuestarter.Position;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Subscription;
import io.lettuce.core.UnblockType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStreamCommands;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Faults of a bare listener container that a listener does not have. Decision 17 lists
 * all of them, with the tests that stand elsewhere.
 */
class ContainerFaultTests {

	private static final String QUEUE = "orders";

	private static final String STREAM = "queue:orders";

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
	void pollsThatKeepFailingAreNoBusyLoop() throws Exception {
		listen();
		this.server.redis().del(STREAM);
		this.server.redis().set(STREAM, "not a stream");
		this.sink.awaitFailure();
		long connections = this.server.info("total_connections_received");
		long began = System.nanoTime();
		for (int i = 0; i < 10; i++) {
			this.sink.awaitFailure();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - began))
			.isGreaterThanOrEqualTo(CollectingSink.RETRY_POLL_AFTER.multipliedBy(8));
		assertThat(this.server.info("total_connections_received") - connections).isLessThanOrEqualTo(15);
	}

	@Test
	void checkedExceptionThatNobodyDeclaredEndsNothing() throws Exception {
		AtomicBoolean thrown = new AtomicBoolean();
		this.sink.beforeAccept = (messages) -> {
			if (thrown.compareAndSet(false, true)) {
				ContainerFaultTests.<RuntimeException>throwAsIs(new Exception("by the test"));
			}
		};
		listen();
		String id = this.server.send(QUEUE, "m");
		assertThat(this.sink.receive().id()).isEqualTo(id);
		String next = this.server.send(QUEUE, "next");
		assertThat(this.sink.receive().id()).isEqualTo(next);
	}

	@Test
	void restOfABatchIsNotStrandedWhenItFails() throws Exception {
		listen().stop();
		Set<String> ids = new HashSet<>();
		for (int i = 0; i < 5; i++) {
			ids.add(this.server.send(QUEUE, "m" + i));
		}
		AtomicInteger failedBatch = new AtomicInteger();
		this.sink.beforeAccept = (messages) -> {
			if (failedBatch.compareAndSet(0, messages.size())) {
				throw new IllegalStateException("by the test");
			}
		};
		listen();
		Set<String> received = new HashSet<>();
		while (received.size() < 5) {
			received.add(this.sink.receive().id());
		}
		assertThat(failedBatch).hasValue(5);
		assertThat(received).isEqualTo(ids);
	}

	@Test
	void heldMessagesComeAgainAfterARestartUnderTheSameName() throws Exception {
		MessageSource source = listen();
		String id = this.server.send(QUEUE, "m");
		this.sink.receive();
		source.stop();
		CollectingSink afterRestart = new CollectingSink(this.sink.consumer());
		RedisStore restarted = this.server.another(Duration.ofSeconds(1), settings(ServerUnderTest.BLOCK),
				UnaryOperator.identity(), (queue) -> null);
		this.server.listen(restarted, QUEUE, GROUP, afterRestart);
		ClaimedMessage again = afterRestart.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.failures()).isZero();
		assertThat(again.crashes()).isZero();
	}

	@Test
	void idlePollsWaitAtTheServerAlsoFromTheEarliestMessageOn() throws Exception {
		this.server.send(QUEUE, "m");
		listen();
		this.sink.receive();
		long began = System.nanoTime();
		long before = reads();
		this.sink.awaitPolls(20);
		long reads = reads() - before;
		long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
		// As many as fit in, if each waits
		assertThat(reads).isLessThanOrEqualTo(2 + millis * 10 / 8 / ServerUnderTest.BLOCK.toMillis());
	}

	@Test
	void readIsCutToWhatTheClientWaitsFor() throws Exception {
		Duration commandTimeout = Duration.ofMillis(400);
		RedisStore hasty = this.server.another(commandTimeout, settings(Duration.ofSeconds(30)),
				UnaryOperator.identity(), (queue) -> null);
		List<Throwable> failures = new ArrayList<>();
		this.sink.beforeFailure = failures::add;
		this.server.listen(hasty, QUEUE, GROUP, this.sink);
		this.sink.awaitPolls(5);
		assertThat(failures).isEmpty();
	}

	@Test
	void pollThatBeginsDuringAnOutageIsTriedAgain() throws Exception {
		listen();
		// As if all handlers were busy when the server goes
		Semaphore turns = new Semaphore(0);
		this.sink.room = 0;
		this.sink.afterRoom = turns::release;
		assertThat(turns.tryAcquire(2, 15, TimeUnit.SECONDS)).isTrue();
		this.server.server().kill();
		this.sink.room = 10;
		this.sink.awaitFailure();
		this.server.server().start();
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void readerThatWasUnblockedReadsOn() throws Exception {
		listen();
		this.sink.awaitPolls(1);
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(this::unblockReader);
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void serverThatWasAReplicaForAWhileIsReadOn() throws Exception {
		listen();
		this.server.redis().replicaof("127.0.0.1", 1);
		this.sink.awaitFailure();
		this.server.redis().replicaofNoOne();
		String id = this.server.send(QUEUE, "after");
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void whatIsReadIsPendingUntilItIsSettled() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isEqualTo(1);
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(message)))).isEmpty();
		assertThat(this.server.redis().xpending(STREAM, GROUP).getCount()).isZero();
	}

	@Test
	void everyOfManyReadersHasAThreadOfItsOwn() throws Exception {
		int readers = 12;
		List<CollectingSink> sinks = new ArrayList<>();
		for (int i = 0; i < readers; i++) {
			CollectingSink one = this.server.sink(QUEUE + i);
			sinks.add(one);
			this.server.listen(QUEUE + i, GROUP, one);
		}
		for (int i = 0; i < readers; i++) {
			String id = this.server.send(QUEUE + i, "m");
			assertThat(sinks.get(i).receive().id()).isEqualTo(id);
			assertThat(threads("queue-" + QUEUE + i + "-" + GROUP)).hasSize(1);
		}
	}

	@Test
	void readerKeepsAnApplicationAliveThatDoesNothingElse() throws Exception {
		listen();
		assertThat(threads("queue-" + QUEUE + "-" + GROUP)).singleElement().matches((thread) -> !thread.isDaemon());
	}

	@Test
	void driverThatAnswersNothingAtAllIsNoFailure() throws Exception {
		AtomicInteger nothings = new AtomicInteger();
		RedisStore store = this.server.another(Duration.ofSeconds(1), settings(ServerUnderTest.BLOCK),
				(connections) -> answeringNothing(connections, nothings, 3), (queue) -> null);
		List<Throwable> failures = new ArrayList<>();
		this.sink.beforeFailure = failures::add;
		this.server.listen(store, QUEUE, GROUP, this.sink);
		String id = this.server.send(QUEUE, "m");
		assertThat(this.sink.receive().id()).isEqualTo(id);
		assertThat(nothings).hasValueGreaterThanOrEqualTo(3);
		assertThat(failures).isEmpty();
	}

	@Test
	void sourceReadsNothingBeforeItIsStarted() throws Exception {
		MessageSource source = this.server.store()
			.reader()
			.open(new Subscription(QUEUE, GROUP, Position.earliest(), "tests"), this.sink);
		this.server.send(QUEUE, "m");
		assertThat(threads("queue-" + QUEUE + "-" + GROUP)).isEmpty();
		assertThat(this.server.redis().xinfoGroups(STREAM)).isEmpty();
		source.start();
		this.sink.receive();
		source.stop();
	}

	private MessageSource listen() throws InterruptedException {
		return this.server.listen(QUEUE, GROUP, this.sink);
	}

	private static RedisStore.Settings settings(Duration block) {
		return new RedisStore.Settings("queue:", Duration.ofMillis(100), block, Duration.ofMinutes(5),
				Duration.ofMillis(300));
	}

	private static List<Thread> threads(String name) {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(name)).toList();
	}

	private long reads() {
		return this.server.redis()
			.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith("cmdstat_xreadgroup:calls="))
			.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
			.findFirst()
			.orElse(0);
	}

	private boolean unblockReader() {
		return this.server.redis()
			.clientList()
			.lines()
			.filter((line) -> line.contains("cmd=xreadgroup"))
			.map((line) -> Long.parseLong(line.substring(line.indexOf("id=") + 3, line.indexOf(' '))))
			.anyMatch((id) -> this.server.redis().clientUnblock(id, UnblockType.ERROR) == 1);
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void throwAsIs(Throwable thrown) throws E {
		throw (E) thrown;
	}

	/**
	 * Connections whose first reads bring {@code null}, as drivers have done.
	 */
	private static RedisConnectionFactory answeringNothing(RedisConnectionFactory connections, AtomicInteger nothings,
			int times) {
		return stub(RedisConnectionFactory.class, connections, "getConnection",
				(connection) -> stub(RedisConnection.class, connection, "streamCommands",
						(commands) -> stub(RedisStreamCommands.class, commands, "xReadGroup",
								(records) -> (nothings.getAndIncrement() < times) ? null : records)));
	}

	private static <T> T stub(Class<T> type, Object target, String name, UnaryOperator<Object> answer) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				try {
					Object result = method.invoke(target, arguments);
					return method.getName().equals(name) ? answer.apply(result) : result;
				}
				catch (InvocationTargetException ex) {
					throw ex.getTargetException();
				}
			}));
	}

}
