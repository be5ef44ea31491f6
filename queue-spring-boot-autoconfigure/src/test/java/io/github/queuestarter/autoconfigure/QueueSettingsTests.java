package io.github.queuestarter.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.time.Instant;
import java.util.Map;

import io.github.queuestarter.Position;
import io.github.queuestarter.listener.ListenerSettings;
import io.github.queuestarter.store.DeadLetterLimits;
import io.github.queuestarter.store.GroupName;
import io.github.queuestarter.store.RetentionSettings;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

class QueueSettingsTests {

	private static QueueSettings settings(Map<String, String> properties) {
		return new QueueSettings(new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("queue",
				QueueProperties.class));
	}

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		ListenerSettings settings = settings(Map.of()).settingsFor("orders", "default");
		assertThat(settings.concurrency()).isEqualTo(1);
		assertThat(settings.prefetch()).isNull();
		assertThat(settings.maxCrashes()).isEqualTo(3);
		assertThat(settings.timeout()).isNull();
		assertThat(settings.startFrom()).isEqualTo(Position.earliest());
		assertThat(settings.transactional()).isFalse();
		assertThat(settings.retry().maxAttempts()).isEqualTo(5);
		assertThat(settings.retry().delay()).isEqualTo(Duration.ofSeconds(1));
		assertThat(settings.retry().multiplier()).isEqualTo(2);
		assertThat(settings.retry().maxDelay()).isEqualTo(Duration.ofMinutes(5));
		assertThat(settings.retry().jitter()).isEqualTo(0.2);
	}

	@Test
	void groupWinsOverQueueWinsOverListener() {
		QueueSettings settings = settings(Map.of("queue.listener.concurrency", "2", "queue.listener.prefetch", "20",
				"queue.listener.timeout", "20s", "queue.queues.orders.concurrency", "3", "queue.queues.orders.prefetch",
				"30", "queue.queues.orders.groups.mailer.concurrency", "4",
				"queue.queues.orders.groups.mailer.retry.max-attempts", "9"));
		ListenerSettings mailer = settings.settingsFor("orders", "mailer");
		assertThat(mailer.concurrency()).isEqualTo(4);
		assertThat(mailer.prefetch()).isEqualTo(30);
		assertThat(mailer.timeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(mailer.retry().maxAttempts()).isEqualTo(9);
		assertThat(settings.settingsFor("orders", "other").concurrency()).isEqualTo(3);
		assertThat(settings.settingsFor("orders", "other").retry().maxAttempts()).isEqualTo(5);
		assertThat(settings.settingsFor("payments", "mailer").concurrency()).isEqualTo(2);
	}

	@Test
	void transactionalIsSaidOnEachLevel() {
		QueueSettings settings = settings(
				Map.of("queue.listener.transactional", "true", "queue.queues.payments.transactional", "false",
						"queue.queues.payments.groups.ledger.transactional", "true"));
		assertThat(settings.settingsFor("orders", "default").transactional()).isTrue();
		assertThat(settings.settingsFor("payments", "default").transactional()).isFalse();
		assertThat(settings.settingsFor("payments", "ledger").transactional()).isTrue();
	}

	@Test
	void namesWithDotsGoInBrackets() {
		QueueSettings settings = settings(Map.of("queue.queues.[my.queue].concurrency", "3",
				"queue.queues.[my.queue].backend", "redis", "queue.backend", "postgres"));
		assertThat(settings.settingsFor("my.queue", "default").concurrency()).isEqualTo(3);
		assertThat(settings.backendOf("my.queue")).isEqualTo("redis");
		assertThat(settings.backendOf("other")).isEqualTo("postgres");
	}

	@Test
	void keepDoneOfTheQueueWins() {
		QueueSettings settings = settings(
				Map.of("queue.listener.retention.keep-done", "1h", "queue.queues.orders.retention.keep-done", "2h"));
		assertThat(settings.retention("orders").keepDone()).isEqualTo(Duration.ofHours(2));
		assertThat(settings.retention("payments").keepDone()).isEqualTo(Duration.ofHours(1));
		assertThat(settings(Map.of()).retention("payments")).isEqualTo(RetentionSettings.defaults());
	}

	@Test
	void retentionIsResolvedKeyByKey() {
		QueueSettings settings = settings(Map.of("queue.listener.retention.keep-done", "1h",
				"queue.listener.retention.unclaimed", "30d", "queue.queues.orders.retention.max-age", "2d",
				"queue.queues.orders.retention.max-length", "1000", "queue.queues.orders.retention.lossy", "true"));
		assertThat(settings.retention("orders")).isEqualTo(
				new RetentionSettings(Duration.ofHours(1), Duration.ofDays(2), 1000L, true, Duration.ofDays(30)));
		assertThat(settings.retention("payments"))
			.isEqualTo(new RetentionSettings(Duration.ofHours(1), null, null, false, Duration.ofDays(30)));
	}

	@Test
	void lossyWithoutALimitIsRefused() {
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.retention.lossy", "true")))
			.withMessageContaining("queue.queues.orders")
			.withMessageContaining("retention.max-age");
	}

	@Test
	void limitThatWouldRemoveNothingIsRefused() {
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.retention.max-age", "1d")))
			.withMessageContaining("queue.queues.orders")
			.withMessageContaining("keep-done")
			.withMessageContaining("lossy");
		assertThat(settings(
				Map.of("queue.listener.retention.keep-done", "7d", "queue.queues.orders.retention.max-length", "5"))
			.retention("orders")
			.maxLength()).isEqualTo(5);
	}

	@Test
	void groupsExpireWhereAKeySaysSo() {
		QueueSettings settings = settings(Map.of("queue.queues.orders.groups.old.expire-after", "30d",
				"queue.queues.orders.groups.mailer.concurrency", "2"));
		assertThat(settings.expiringGroups())
			.containsExactly(entry(new GroupName("orders", "old"), Duration.ofDays(30)));
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.groups.old.expire-after", "30s")))
			.withMessageContaining("queue.queues.orders.groups.old")
			.withMessageContaining("10m");
	}

	@Test
	void groupsStartWhereAKeySaysSo() {
		QueueSettings settings = settings(
				Map.of("queue.listener.start-from", "latest", "queue.queues.orders.start-from",
						"2026-01-31T12:00:00+01:00", "queue.queues.orders.groups.mailer.start-from", "17-3"));
		assertThat(settings.settingsFor("payments", "default").startFrom()).isEqualTo(Position.latest());
		assertThat(settings.settingsFor("orders", "default").startFrom())
			.isEqualTo(Position.at(Instant.parse("2026-01-31T11:00:00Z")));
		assertThat(settings.settingsFor("orders", "mailer").startFrom()).isEqualTo(Position.of("17-3"));
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.start-from", "lastest")))
			.withMessageContaining("queue.queues.orders")
			.withMessageContaining("'start-from'")
			.withMessageContaining("'lastest'");
	}

	@Test
	void ephemeralListenersStartAtTheLatestUnlessTheirOwnKeySaysOtherwise() {
		QueueSettings settings = settings(
				Map.of("queue.listener.start-from", "earliest", "queue.queues.orders.start-from", "earliest",
						"queue.queues.prices.groups.ephemeral.start-from", "earliest"));
		assertThat(settings.settingsFor("orders", "ephemeral").startFrom()).isEqualTo(Position.latest());
		assertThat(settings.settingsFor("prices", "ephemeral").startFrom()).isEqualTo(Position.earliest());
		assertThat(settings(Map.of()).settingsFor("prices", "ephemeral").startFrom()).isEqualTo(Position.latest());
	}

	@Test
	void keysThatMeanNothingToEphemeralListenersAreRefused() {
		for (String key : new String[] { "expire-after", "retry.max-delay", "dead-letter.max-age" }) {
			assertThatExceptionOfType(InvalidQueuePropertiesException.class)
				.isThrownBy(() -> settings(Map.of("queue.queues.orders.groups.ephemeral." + key, "30d")))
				.withMessageContaining("queue.queues.orders.groups.ephemeral")
				.withMessageContaining("one attempt");
		}
	}

	@Test
	void limitsOfDeadLettersAreNotLookedAfterWhereThereAreNone() {
		QueueSettings settings = settings(Map.of("queue.listener.dead-letter.max-length", "10"));
		assertThat(settings.deadLetterLimits("orders", "billing").maxLength()).isEqualTo(10);
		assertThat(settings.deadLetterLimits("orders", "ephemeral")).isEqualTo(DeadLetterLimits.NONE);
	}

	@Test
	void longDelayNeedsNoLongerMaxDelay() {
		assertThat(settings(Map.of("queue.listener.retry.delay", "10m")).settingsFor("orders", "default")
			.retry()
			.maxDelay()).isEqualTo(Duration.ofMinutes(10));
	}

	@Test
	void invalidValueNamesItsPlace() {
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.groups.mailer.retry.max-attempts", "0")))
			.withMessageContaining("queue.queues.orders.groups.mailer")
			.withMessageContaining("retry.max-attempts");
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.listener.max-crashes", "1")))
			.withMessageContaining("max-crashes");
	}

	@Test
	void deadLetterLimitsAreSaidOnEachLevel() {
		QueueSettings settings = settings(
				Map.of("queue.listener.dead-letter.max-age", "30d", "queue.queues.orders.dead-letter.max-length",
						"1000", "queue.queues.orders.groups.mailer.dead-letter.max-length", "10"));
		assertThat(settings.deadLetterLimits("orders", "mailer"))
			.isEqualTo(new DeadLetterLimits(Duration.ofDays(30), 10L));
		assertThat(settings.deadLetterLimits("orders", "other"))
			.isEqualTo(new DeadLetterLimits(Duration.ofDays(30), 1000L));
		assertThat(settings.deadLetterLimits("payments", "other"))
			.isEqualTo(new DeadLetterLimits(Duration.ofDays(30), null));
		assertThat(settings(Map.of()).deadLetterLimits("orders", "mailer")).isEqualTo(DeadLetterLimits.NONE);
		assertThatExceptionOfType(InvalidQueuePropertiesException.class)
			.isThrownBy(() -> settings(Map.of("queue.queues.orders.groups.mailer.dead-letter.max-length", "0")))
			.withMessageContaining("queue.queues.orders.groups.mailer")
			.withMessageContaining("dead-letter.max-length");
	}

	@Test
	void trimOnSendNeedsALossyLengthOnRedis() {
		String retention = "queue.queues.orders.retention.";
		Map<String, String> whole = Map.of(retention + "trim-on-send", "approximate", retention + "lossy", "true",
				retention + "max-length", "1000");
		assertThat(settings(whole).trimOnSend("orders")).isEqualTo(RetentionProperties.TrimOnSend.APPROXIMATE);
		assertThat(settings(whole).trimOnSend("payments")).isEqualTo(RetentionProperties.TrimOnSend.OFF);
		Map<String, String> kept = new HashMap<>(whole);
		kept.put(retention + "keep-done", "1h");
		for (Map<String, String> wrong : List.of(Map.of(retention + "trim-on-send", "exact"), kept)) {
			assertThatExceptionOfType(InvalidQueuePropertiesException.class).isThrownBy(() -> settings(wrong))
				.withMessageContaining("queue.queues.orders")
				.withMessageContaining("retention.lossy")
				.withMessageContaining("retention.max-length");
		}
		Map<String, String> postgres = new HashMap<>(whole);
		postgres.put("queue.queues.orders.backend", "postgres");
		assertThatExceptionOfType(InvalidQueuePropertiesException.class).isThrownBy(() -> settings(postgres))
			.withMessageContaining("Redis only");
	}

}
