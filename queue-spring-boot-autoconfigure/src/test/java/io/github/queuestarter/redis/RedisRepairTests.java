package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuestarter.DeadLetter;
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
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.RetentionSettings;
import io.github.queuestarter.store.Settlement;
import io.lettuce.core.Consumer;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is left of a queue of which keys, entries or groups have gone.
 */
class RedisRepairTests extends RedisServerTest {

	@Test
	void scriptsAreLoadedAgainWhenTheServerHasForgottenThem() throws Exception {
		listen();
		this.server.send(QUEUE, "m");
		ClaimedMessage message = this.sink.receive();
		this.server.redis().scriptFlush();
		assertThat(this.server.store().settlements().settle(List.of(new Settlement.Ack(message)))).isEmpty();
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

}
