package io.github.queuestarter.postgres;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;

import org.springframework.util.ClassUtils;

/**
 * How long a pool lets its callers wait for a connection.
 */
final class PoolWait {

	/**
	 * What most pools do unless they are told otherwise.
	 */
	private static final Duration OTHERWISE = Duration.ofSeconds(30);

	private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			PoolWait.class.getClassLoader());

	private PoolWait() {
	}

	/**
	 * The longest wait at a DataSource; a guess where it does not tell.
	 */
	static Duration of(DataSource dataSource) {
		return HIKARI ? Hikari.waitAt(dataSource) : OTHERWISE;
	}

	/**
	 * Loaded only where Hikari is there.
	 */
	private static final class Hikari {

		private static Duration waitAt(DataSource dataSource) {
			try {
				return dataSource.isWrapperFor(HikariDataSource.class)
						? Duration.ofMillis(dataSource.unwrap(HikariDataSource.class).getConnectionTimeout())
						: OTHERWISE;
			}
			catch (SQLException | RuntimeException ex) {
				// one that routes may not know where to, now
				return OTHERWISE;
			}
		}

	}

}
