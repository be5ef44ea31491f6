package io.github.queuestarter.postgres;

import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.postgres.PostgresStore.Initialize;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.StoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * All promises are kept by a role that may not change the tables, as with
 * {@code initialize-schema=never}.
 */
class LeastPrivilegeStoreTests extends StoreContract {

	private static Roles roles;

	private static HikariDataSource pool;

	@BeforeAll
	static void makeRoles() throws SQLException {
		roles = new Roles();
		roles.install(Sql.script());
		roles.grant();
		roles.grantFunctionsOnlyToTheApplication();
		pool = roles.pool();
	}

	@AfterAll
	static void dropRoles() throws SQLException {
		pool.close();
		roles.close();
	}

	@Override
	protected QueueStore newStore(QueueObserver observer) {
		PostgresStore store = new PostgresStore(pool, roles.ofApplication(),
				Databases.settings(roles.schema(), Initialize.NEVER), (event) -> {
					if (event instanceof QueueEvent.Warning warning && !warning.text().contains("not kept any more")) {
						// what a role may not do is told in warnings
						throw new AssertionError(warning.toString());
					}
					observer.on(event);
				});
		store.initialize();
		return store;
	}

}
