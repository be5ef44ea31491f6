package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import io.github.queuestarter.Count;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.ConsumerIds;
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
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What only Redis can do to a queue.
 */
class RedisPromisesTests extends RedisServerTest {

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

}
