package io.github.queuestarter.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.StoreContract;
import io.github.queuestarter.store.Subscription;
import org.junit.jupiter.api.AutoClose;

/**
 * The Postgres store keeps its promises also where each message has a delivery of its
 * own, as for transactional listeners.
 */
class PostgresOwnDeliveriesTests extends StoreContract {

	private static final String SCHEMA = Databases.newSchema();

	@AutoClose
	private static final HikariDataSource pool = Databases.pool();

	@Override
	protected QueueStore newStore(QueueObserver observer) {
		PostgresStore store = new PostgresStore(pool, Databases.dedicated(), Databases.settings(SCHEMA), observer);
		store.initialize();
		Reader reader = (subscription, sink) -> store.reader()
			.open(subscription.ephemeral() ? subscription : new Subscription(subscription.queue(), subscription.group(),
					subscription.startFrom(), subscription.application(), true), sink);
		return (QueueStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { QueueStore.class },
				(proxy, method, arguments) -> {
					try {
						return method.getName().equals("reader") ? reader : method.invoke(store, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

}
