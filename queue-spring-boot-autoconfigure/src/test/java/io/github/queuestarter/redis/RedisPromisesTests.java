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

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.Consumers.Rescued;
import io.github.queuestarter.store.Consumers.Self;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.GroupRemoval;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.OutgoingMessage;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What only Redis can do to a queue.
 */
class RedisPromisesTests {

	private static final String QUEUE = "orders";

	private static final String STREAM = "queue:orders";

	private static final String GROUP = "billing";

	private ServerUnderTest server;

	private CollectingSink sink;

	@BeforeEach
	void start() throws Exception {
		this.server = ServerUnderTest.start();
		this.sink = this.server.sink(QUEUE);
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void entryOfAnotherClientIsAMessageOfItsFields() throws Exception {
		listen();
		String id = this.server.redis().xadd(STREAM, "id", "17", "na\"me", "caf\u00e9\n");
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.sentAt().toEpochMilli()).isEqualTo(Long.parseLong(id.substring(0, id.indexOf('-'))));
		assertThat(message.headers()).isEmpty();
		assertThat(message.payload().format()).isEqualTo(Format.FIELDS);
		assertThat(message.payload().asText()).isEqualTo("{\"id\":\"17\",\"na\\\"me\":\"caf\u00e9\\u000a\"}");
	}

	@Test
	void entryOfAnotherClientKeepsItsFieldsAndIdAsADeadLetterAndAfterIt() throws Exception {
		listen();
		String id = this.server.redis().xadd(STREAM, "amount", "3");
		bury(this.sink.receive());
		DeadLetter letter = this.server.store()
			.administration()
			.deadLetters(QUEUE, GROUP, PageRequest.first(10))
			.deadLetters()
			.get(0);
		assertThat(letter.id()).isEqualTo(id);
		assertThat(letter.payload().asText()).isEqualTo("{\"amount\":\"3\"}");
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, id)).isTrue();
		ClaimedMessage again = this.sink.receive();
		assertThat(again.id()).isEqualTo(id);
		assertThat(again.sentAt()).isEqualTo(letter.sentAt());
		assertThat(again.payload().asText()).isEqualTo("{\"amount\":\"3\"}");
	}

	@Test
	void ownEntryCanBeReadByAnyClient() {
		String id = this.server.send(QUEUE, "hello");
		assertThat(this.server.redis().xrange(STREAM, Range.unbounded()).get(0).getBody())
			.containsExactlyInAnyOrderEntriesOf(Map.of("payload", "hello", "id", id, "format", "TEXT"));
	}

	@Test
	void messageOfASilentForeignConsumerIsRescued() throws Exception {
		listen().stop();
		String id = this.server.send(QUEUE, "m");
		this.server.redis().xreadgroup(Consumer.from(GROUP, "python-1"), XReadArgs.StreamOffset.lastConsumed(STREAM));
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.until(() -> !this.server.store().consumers().rescue(List.of(QUEUE)).isEmpty());
		listen();
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.crashes()).isEqualTo(1);
	}

	@Test
	void scriptsAreLoadedAgainWhenTheServerHasForgottenThem() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().scriptFlush();
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(message)))).isEmpty();
	}

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
	void messageWhoseEntryIsGoneIsBuriedWithWhatTheConsumerHas() throws Exception {
		listen();
		String id = this.server.send(QUEUE, "precious");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().xtrim(STREAM, 0);
		bury(message);
		DeadLetter letter = this.server.store()
			.administration()
			.deadLetters(QUEUE, GROUP, PageRequest.first(10))
			.deadLetters()
			.get(0);
		assertThat(letter.id()).isEqualTo(id);
		assertThat(letter.payload().asText()).isEqualTo("precious");
		assertThat(letter.sentAt()).isEqualTo(message.sentAt());
	}

	@Test
	void retryWhoseEntryIsGoneHoldsUpNothing() throws Exception {
		listen();
		this.server.send(QUEUE, "gone");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().xtrim(STREAM, 0);
		settle(new Settlement.Retry(message, Duration.ZERO, failure()));
		String next = this.server.send(QUEUE, "next");
		ClaimedMessage nextMessage = this.sink.receive();
		assertThat(nextMessage.id()).isEqualTo(next);
		settle(new Settlement.Retry(nextMessage, Duration.ZERO, failure()));
		assertThat(this.sink.receive().id()).isEqualTo(next);
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
	void sendIsNoPartOfATransactionOfTheCaller() throws Exception {
		listen();
		StringRedisTemplate template = new StringRedisTemplate(this.server.connections());
		template.setEnableTransactionSupport(true);
		template.execute(new SessionCallback<Void>() {

			@Override
			public <K, V> Void execute(RedisOperations<K, V> operations) {
				operations.multi();
				RedisPromisesTests.this.server.send(QUEUE, "m");
				operations.discard();
				return null;
			}

		});
		assertThat(this.sink.receive().payload().asText()).isEqualTo("m");
	}

	@Test
	void manyMessagesOfOneSendKeepTheirOrder() throws Exception {
		this.sink.room = 10_000;
		listen();
		this.server.store()
			.appender()
			.append(IntStream.range(0, 5000)
				.mapToObj((i) -> new OutgoingMessage("id-" + i, QUEUE, EncodedPayload.ofText("{}", Format.JSON),
						Map.of(), null, null))
				.toList(), false);
		for (int i = 0; i < 5000; i++) {
			assertThat(this.sink.receive().id()).isEqualTo("id-" + i);
		}
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

	@Test
	void entryParkedWithoutADueTimeIsFoundByTheRescue() throws Exception {
		listen();
		String id = this.server.send(QUEUE, "m");
		settle(new Settlement.Retry(this.sink.receive(), Duration.ofHours(1), failure()));
		this.server.redis().del("{queue:orders}:retry:billing");
		this.server.store().consumers().rescue(List.of(QUEUE));
		ClaimedMessage message = this.sink.receive();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.failures()).isEqualTo(1);
	}

	@Test
	void queueThatCannotBeRescuedKeepsNoOtherFromIt() throws Exception {
		listen().stop();
		this.server.send(QUEUE, "m");
		this.server.redis()
			.xreadgroup(Consumer.from(GROUP, new ConsumerIds().next()), XReadArgs.StreamOffset.lastConsumed(STREAM));
		this.server.redis()
			.xgroupCreate(XReadArgs.StreamOffset.latest("queue:broken"), GROUP, XGroupCreateArgs.Builder.mkstream());
		this.server.redis().set("{queue:broken}:retry:billing", "not a sorted set");
		Consumers consumers = this.server.store().consumers();
		assertThat(consumers.rescue(List.of("broken", QUEUE))).containsExactly(new Rescued(QUEUE, GROUP, 1));
		assertThatExceptionOfType(QueueStoreException.class)
			.isThrownBy(() -> consumers.rescue(List.of("broken", QUEUE)))
			.withMessageContaining("{queue:broken}:retry:billing");
	}

	@Test
	void ordinaryRetryDoesNotWaitBehindManyThatCrashed() throws Exception {
		int crashed = 2500;
		listen().stop();
		for (int i = 0; i < crashed; i++) {
			this.server.redis().xadd(STREAM, "n", Integer.toString(i));
		}
		this.server.redis()
			.xreadgroup(Consumer.from(GROUP, new ConsumerIds().next()), XReadArgs.Builder.count(crashed),
					XReadArgs.StreamOffset.lastConsumed(STREAM));
		assertThat(this.server.store().consumers().rescue(List.of(QUEUE)).get(0).count()).isEqualTo(crashed);
		this.sink.suspects = 0;
		listen();
		String id = this.server.send(QUEUE, "ordinary");
		ClaimedMessage first = this.sink.receive();
		assertThat(first.id()).isEqualTo(id);
		assertThat(settle(new Settlement.Retry(first, Duration.ZERO, failure()))).isEmpty();
		assertThat(this.sink.receive().id()).isEqualTo(id);
		this.sink.suspects = 1;
		assertThat(this.sink.receive().crashes()).isEqualTo(1);
	}

	@Test
	void retriedMessageThatAUserTrimmedIsCountedAndLeavesNothingBehind() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().xtrim(STREAM, 0);
		settle(new Settlement.Retry(message, Duration.ZERO, failure()));
		Awaitility.await().until(() -> !this.server.events(QueueEvent.Lost.class).isEmpty());
		assertThat(this.server.events(QueueEvent.Lost.class))
			.containsExactly(new QueueEvent.Lost("redis", QUEUE, GROUP, 1));
		assertThat(this.server.redis().keys("*retry*")).isEmpty();
		assertThat(this.server.redis().keys("*attempts*")).isEmpty();
	}

	@Test
	void deadLetterBeyondTheLimitLeavesNothingBehind() throws Exception {
		listen();
		for (int i = 0; i < 2; i++) {
			this.server.redis().xadd(STREAM, "id", "once", "payload", "{}");
			this.server.redis().xadd(STREAM, "id", "twice", "payload", "{}");
			bury(this.sink.receive());
			bury(this.sink.receive());
		}
		DeadLetterLimits limits = new DeadLetterLimits(null, 1L);
		assertThat(this.server.store().housekeeping().removeDeadLetters(new GroupName(QUEUE, GROUP), limits))
			.isEqualTo(3);
		assertThat(this.server.redis().hkeys("{queue:orders}:dead-ids:billing")).containsExactly("twice");
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, "twice")).isTrue();
	}

	@Test
	void lostRetrySetIsRepairedWhole() throws Exception {
		this.sink.room = 1000;
		MessageSource source = listen();
		for (int i = 0; i < 1200; i++) {
			this.server.redis().xadd(STREAM, "n", Integer.toString(i));
		}
		for (int i = 0; i < 1000; i++) {
			settle(new Settlement.Retry(this.sink.receive(), Duration.ofHours(1), failure()));
		}
		source.stop();
		String retry = this.server.redis().keys("*retry*").get(0);
		this.server.redis().del(retry);
		this.server.store().consumers().rescue(List.of(QUEUE));
		assertThat(this.server.redis().zcard(retry)).isEqualTo(1000);
	}

	@Test
	void messageOfALostGroupIsNotRemovedBeforeTheGroupIsBack() throws Exception {
		MessageSource source = listen();
		CollectingSink auditor = this.server.sink(QUEUE);
		this.server.listen(QUEUE, "audit", auditor);
		String id = this.server.send(QUEUE, "m");
		this.sink.receive();
		ClaimedMessage audited = auditor.receive();
		assertThat(settle(new Settlement.Ack(audited))).isEmpty();
		this.server.store().consumers().beat(Map.of(QUEUE, new Self(auditor.consumer(), Set.of())));
		source.stop();
		this.server.redis().xgroupDestroy(STREAM, GROUP);
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, RetentionSettings.defaults()).finished())
			.isZero();
		listen();
		assertThat(this.sink.receive().id()).isEqualTo(id);
	}

	@Test
	void groupThatIsLostAgainIsWaitedForAsLongAsTheFirstTime() throws Exception {
		listen().stop();
		this.server.listen(QUEUE, "audit", this.server.sink(QUEUE)).stop();
		String groups = "{queue:orders}:groups";
		this.server.redis().xgroupDestroy(STREAM, GROUP);
		removeFinished();
		assertThat(this.server.redis().hexists(groups, "lost:" + GROUP)).isTrue();
		String past = Long.toString(System.currentTimeMillis() - Duration.ofDays(2).toMillis());
		this.server.redis().hset(groups, "lost:" + GROUP, past);
		// as an operator does
		this.server.redis().xgroupCreate(XReadArgs.StreamOffset.from(STREAM, "0"), GROUP);
		removeFinished();
		this.server.redis().xgroupDestroy(STREAM, GROUP);
		this.server.redis().xadd(STREAM, "n", "1");
		this.server.redis().xgroupSetid(XReadArgs.StreamOffset.latest(STREAM), "audit");
		assertThat(removeFinished().finished()).isZero();
		assertThat(this.server.redis().xlen(STREAM)).isEqualTo(1);
	}

	@Test
	void retryIsDeliveredThoughScheduledMessagesCannotBeMoved() throws Exception {
		listen();
		String id = this.server.send(QUEUE, "m");
		ClaimedMessage first = this.sink.receive();
		this.server.redis().set("{queue:orders}:scheduled-bodies", "not a hash");
		assertThat(settle(new Settlement.Retry(first, Duration.ZERO, failure()))).isEmpty();
		ClaimedMessage second = this.sink.receive();
		assertThat(second.id()).isEqualTo(id);
		assertThat(settle(new Settlement.Retry(second, Duration.ZERO, failure()))).isEmpty();
		this.sink.receive();
		assertThat(this.server.events(QueueEvent.Warning.class)).singleElement()
			.satisfies((warning) -> assertThat(warning.text()).contains("scheduled messages", "WRONGTYPE"));
	}

	private Housekeeping.Removal removeFinished() {
		return this.server.store().housekeeping().removeFinished(QUEUE, RetentionSettings.defaults());
	}

	@Test
	void replayedMessageSurvivesTheLossOfTheGroupOfItsStream() throws Exception {
		MessageSource source = listen();
		String id = this.server.send(QUEUE, "m");
		bury(this.sink.receive());
		source.stop();
		assertThat(this.server.store().administration().replay(QUEUE, GROUP, id)).isTrue();
		this.server.redis().xgroupDestroy("{queue:orders}:replayed:billing", GROUP);
		listen();
		String other = this.server.send(QUEUE, "other");
		assertThat(List.of(this.sink.receive().id(), this.sink.receive().id())).containsExactlyInAnyOrder(id, other);
	}

	@Test
	void signOfLifeIsWrittenOnceAMinute() throws Exception {
		listen().stop();
		Housekeeping housekeeping = this.server.store().housekeeping();
		String groups = "{queue:orders}:groups";
		String past = Long.toString(System.currentTimeMillis() - Duration.ofHours(1).toMillis());
		this.server.redis().hset(groups, Map.of("created:" + GROUP, past, "active:" + GROUP, past));
		this.server.redis().xgroupDelconsumer(STREAM, Consumer.from(GROUP, this.sink.consumer()));
		assertThat(housekeeping.idle(QUEUE, GROUP)).isBetween(Duration.ofHours(1), Duration.ofMinutes(65));
		housekeeping.markActive(List.of(new GroupName(QUEUE, GROUP), new GroupName(QUEUE, "unknown")));
		String after = this.server.redis().hget(groups, "active:" + GROUP);
		assertThat(after).isNotEqualTo(past);
		assertThat(housekeeping.idle(QUEUE, GROUP)).isLessThan(Duration.ofMinutes(5));
		housekeeping.markActive(List.of(new GroupName(QUEUE, GROUP)));
		assertThat(this.server.redis().hget(groups, "active:" + GROUP)).isEqualTo(after);
		assertThat(this.server.redis().hexists(groups, "active:unknown")).isFalse();
	}

	@Test
	void foreignConsumerThatReadsKeepsItsGroup() throws Exception {
		this.server.redis()
			.xgroupCreate(XReadArgs.StreamOffset.from(STREAM, "0"), "foreign", XGroupCreateArgs.Builder.mkstream());
		Housekeeping housekeeping = this.server.store().housekeeping();
		assertThat(housekeeping.removeGroup(QUEUE, "foreign", Duration.ZERO)).isEqualTo(GroupRemoval.ACTIVE);
		this.server.redis().xadd(STREAM, "n", "1");
		this.server.redis().xreadgroup(Consumer.from("foreign", "reader"), XReadArgs.StreamOffset.lastConsumed(STREAM));
		assertThat(housekeeping.removeGroup(QUEUE, "foreign", Duration.ofMinutes(2))).isEqualTo(GroupRemoval.ACTIVE);
		assertThat(housekeeping.idle(QUEUE, "foreign")).isLessThan(Duration.ofMinutes(1));
	}

	@Test
	void lagIsRightAfterUnreadMessagesWereDropped() throws Exception {
		listen().stop();
		for (int i = 0; i < 20; i++) {
			this.server.send(QUEUE, "m" + i);
		}
		RetentionSettings five = new RetentionSettings(Duration.ZERO, null, 5L, true, Duration.ofDays(7));
		// When memory is full is when it matters
		this.server.redis().configSet("maxmemory", "1");
		assertThat(this.server.store().housekeeping().removeFinished(QUEUE, five).trimmed()).isEqualTo(15);
		this.server.redis().configSet("maxmemory", "0");
		assertThat(ready()).isEqualTo(5);
		listen();
		for (int i = 15; i < 20; i++) {
			assertThat(this.sink.receive().payload().asText()).isEqualTo("m" + i);
		}
		assertThat(ready()).isZero();
	}

	@Test
	void readyMessagesAreCountedUpToALimitWhereTheServerHasNoLag() throws Exception {
		MessageSource source = listen();
		String first = this.server.redis().xadd("queue:" + QUEUE, "n", "first");
		assertThat(this.sink.receive().id()).isEqualTo(first);
		source.stop();
		String unread = this.server.redis()
			.eval("for i = 1, 10050 do redis.call('xadd', KEYS[1], '*', 'n', 'unread') end"
					+ " return redis.call('xrange', KEYS[1], '-', '+', 'count', 7)[7][1]", ScriptOutputType.VALUE,
					"queue:" + QUEUE);
		// which takes the lag away from a server that has it
		this.server.redis().xdel("queue:" + QUEUE, unread);
		assertThat(this.server.store().administration().stats(Set.of(QUEUE)).get(0).ready())
			.isEqualTo(Count.atLeast(10_000));
		this.server.redis().xtrim("queue:" + QUEUE, 30);
		assertThat(this.server.store().administration().stats(Set.of(QUEUE)).get(0).ready())
			.isEqualTo(Count.exactly(30));
	}

	private long ready() {
		return this.server.store().administration().stats(Set.of(QUEUE)).get(0).ready().value();
	}

	private MessageSource listen() throws InterruptedException {
		return this.server.listen(QUEUE, GROUP, this.sink);
	}

	private List<ClaimedMessage> settle(Settlement... settlements) {
		return this.server.store().settlements().settle(List.of(settlements));
	}

	private void bury(ClaimedMessage message) {
		assertThat(settle(new Settlement.Bury(message, failure()))).isEmpty();
	}

	private static Failure failure() {
		return Failure.of(Failure.Kind.EXCEPTION, "by the test");
	}

}
