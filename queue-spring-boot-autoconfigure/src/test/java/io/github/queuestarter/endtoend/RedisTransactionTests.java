package io.github.queuestarter.endtoend;

import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.SendAfterCommitException;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RedisTransactionTests extends TransactionContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

	@Test
	void sendThatFailsAfterTheCommitIsToldOfAndCounted() {
		Application application = startWithDatabase();
		String taken = this.queue + "-taken";
		String table = "\"written " + taken + "\"";
		JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
		application.bean(StringRedisTemplate.class).opsForValue().set("queue:" + taken, "no stream");
		List<String> ids = new ArrayList<>();
		assertThatExceptionOfType(SendAfterCommitException.class)
			.isThrownBy(() -> transactions(application).executeWithoutResult((status) -> {
				jdbc.execute("create table " + table + " ()");
				ids.add(application.template().send(taken, "one"));
				ids.add(application.template().send(taken, "two"));
			}))
			.withMessageContaining("committed")
			.withMessageContaining("2 messages");
		assertThat(jdbc.queryForObject("select count(*) from " + table, Integer.class)).isZero();
		jdbc.execute("drop table " + table);
		assertThat(this.events.of(QueueEvent.SendAfterCommitFailed.class)).singleElement().satisfies((failed) -> {
			assertThat(failed.ids()).isEqualTo(ids);
			assertThat(failed.onlyUnconfirmed()).isFalse();
		});
		assertThat(application.bean(MeterRegistry.class).get("queue.send.lost").counter().count()).isEqualTo(2);
	}

}
