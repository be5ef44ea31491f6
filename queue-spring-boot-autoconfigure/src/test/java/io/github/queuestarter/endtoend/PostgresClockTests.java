package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.TemporalAccessor;
import java.util.Date;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.autoconfigure.QueueDataSource;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.testing.TestPostgres;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Only the database's clock counts, so that clocks of applications may be wrong.
 */
class PostgresClockTests extends EndToEndTest {

	private static final Instant LONG_AHEAD = Instant.parse("2099-04-05T06:07:08Z");

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	@Test
	void applicationNeverTellsTheDatabaseWhatTimeItIs() {
		Whims whims = new Whims();
		Application application = start(application().listener(whims).configuration(Recorded.class));
		QueueAdmin admin = application.admin();
		application.template().send(this.queue, "done");
		application.template().send(this.queue, "late", SendOptions.delay(Duration.ofMillis(50)));
		application.template().send(this.queue, "next century", SendOptions.at(LONG_AHEAD));
		application.template().send(this.queue, "retry");
		application.template().send(this.queue, "release");
		String buried = application.template().send(this.queue, "bury");
		whims.received.await(7);
		await().until(() -> !admin.deadLetters(this.queue, "default", PageRequest.first(10)).deadLetters().isEmpty());
		assertThat(admin.replay(this.queue, "default", buried)).isTrue();
		whims.received.await(8);
		await().until(() -> admin.stats(this.queue, "default").pending().value() == 0);
		RecordingDataSource recorded = application.context().getBean(RecordingDataSource.class);
		application.close();
		assertThat(recorded.kinds()).contains(String.class, Integer.class, Long.class);
		assertThat(recorded.told()).contains(this.queue, "done")
			.filteredOn(PostgresClockTests::isPointInTime)
			.containsOnly(LONG_AHEAD.toString());
	}

	private static boolean isPointInTime(Object value) {
		if (value instanceof Number number) {
			// seconds, milliseconds or microseconds since 1970, between 2010 and 2120
			double seconds = number.doubleValue();
			return isNow(seconds) || isNow(seconds / 1e3) || isNow(seconds / 1e6);
		}
		return value instanceof Date || value instanceof TemporalAccessor
				|| value.toString().matches("(?s)\\d{4}-\\d\\d-\\d\\d.*");
	}

	private static boolean isNow(double seconds) {
		return seconds > 1.2e9 && seconds < 4.8e9;
	}

	static final class Whims {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		Outcome on(String text) {
			boolean first = !this.received.all().contains(text);
			this.received.add(text);
			if (!first) {
				return Outcome.done();
			}
			return switch (text) {
				case "retry" -> Outcome.retryAfter(Duration.ofMillis(30));
				case "release" -> Outcome.release(Duration.ofMillis(30));
				case "bury" -> Outcome.bury("no");
				default -> Outcome.done();
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Recorded {

		@Bean(defaultCandidate = false)
		@QueueDataSource
		RecordingDataSource recording() {
			TestPostgres postgres = TestServers.postgres();
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(postgres.jdbcUrl());
			pool.setUsername(postgres.username());
			pool.setPassword(postgres.password());
			pool.setMaximumPoolSize(6);
			return new RecordingDataSource(pool);
		}

	}

}
