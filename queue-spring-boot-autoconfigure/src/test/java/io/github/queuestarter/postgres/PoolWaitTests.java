package io.github.queuestarter.postgres;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

import static org.assertj.core.api.Assertions.assertThat;

class PoolWaitTests {

	@Test
	void hikariTellsHowLongItsCallersWait() {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setConnectionTimeout(61_000);
			assertThat(PoolWait.of(pool)).isEqualTo(Duration.ofSeconds(61));
			assertThat(PoolWait.of(new TransactionAwareDataSourceProxy(pool))).isEqualTo(Duration.ofSeconds(61));
		}
	}

	@Test
	void whatDoesNotTellIsTakenForAPoolThatWaitsHalfAMinute() {
		assertThat(PoolWait.of(Databases.dedicated())).isEqualTo(Duration.ofSeconds(30));
	}

}
