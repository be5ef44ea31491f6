package io.github.queuestarter.endtoend;

import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.SendAfterCommitException;
import io.github.queuestarter.testing.RedisTopology;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Assumptions;
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

	@Test
	void whatNoReplicaConfirmsAfterTheCommitIsNotCountedAsLost() {
		// a Redis without replicas
		Assumptions.assumeTrue(RedisTopology.chosen() == RedisTopology.STANDALONE);
		Application application = startWithDatabase("queue.redis.durability", "replicas(1)");
		assertThatExceptionOfType(SendAfterCommitException.class)
			.isThrownBy(() -> transactions(application)
				.executeWithoutResult((status) -> application.template().send(this.queue, "x")))
			.withMessageContaining("not all that was sent after it is safe");
		assertThat(this.texts.received.await(1)).containsExactly("x");
		assertThat(this.events.of(QueueEvent.SendAfterCommitFailed.class)).singleElement().satisfies((failed) -> {
			assertThat(failed.ids()).isEqualTo(this.texts.ids.all());
			assertThat(failed.onlyUnconfirmed()).isTrue();
		});
		assertThat(application.bean(MeterRegistry.class).get("queue.send.lost").counter().count()).isZero();
	}

}
