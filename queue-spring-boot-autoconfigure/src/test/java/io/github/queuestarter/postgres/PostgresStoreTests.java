package io.github.queuestarter.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.StoreContract;
import org.junit.jupiter.api.AutoClose;

/**
 * The Postgres store keeps the promises that every store keeps.
 */
class PostgresStoreTests extends StoreContract {

	private static final String SCHEMA = Databases.newSchema();

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	@Override
	protected QueueStore newStore(QueueObserver observer) {
		PostgresStore store = new PostgresStore(pool, Databases.dedicated(), Databases.settings(SCHEMA), observer);
		store.initialize();
		return store;
	}

}
