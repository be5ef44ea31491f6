package io.github.queuestarter.benchmarks.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.listener.QueueListenerRegistry;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * An application with the starter. Its listener waits for {@link #listen()}.
 */
final class Ours implements AutoCloseable {

	static final String QUEUE = "orders";

	private static final String GROUP = "default";

	private static final int SENT_AT_ONCE = 1000;

	private static final long LOOK_AGAIN_NANOS = 2_000_000;

	private final ConfigurableApplicationContext context;

	private Ours(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start without listener.
	 */
	static Ours start(Database database) {
		return start(database.url(), Map.of(), (context) -> {
		});
	}

	/**
	 * Start with a listener.
	 */
	static Ours start(Database database, Consumer<Order> handler, Map<String, Object> settings) {
		return start(database.url(), settings, withListener(handler));
	}

	static ApplicationContextInitializer<GenericApplicationContext> withListener(Consumer<Order> handler) {
		return (context) -> context.registerBean(OrderListener.class, () -> new OrderListener(handler));
	}

	static Ours start(String url, Map<String, Object> settings,
			ApplicationContextInitializer<GenericApplicationContext> initializer) {
		Map<String, Object> properties = new HashMap<>();
		properties.put("spring.datasource.url", url);
		properties.put("spring.datasource.username", Server.USER);
		properties.put("spring.datasource.password", Server.USER);
		properties.put("spring.main.log-startup-info", "false");
		properties.put("logging.level.root", "warn");
		// the database may be gone before the last connection
		properties.put("logging.level.com.zaxxer.hikari", "error");
		properties.put("queue.listener.auto-startup", "false");
		properties.putAll(settings);
		return new Ours(new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.initializers(initializer)
			.properties(properties)
			.run());
	}

	QueueTemplate template() {
		return this.context.getBean(QueueTemplate.class);
	}

	QueueAdmin admin() {
		return this.context.getBean(QueueAdmin.class);
	}

	/**
	 * The application's pool.
	 */
	DataSource pool() {
		return this.context.getBean(DataSource.class);
	}

	void listen() {
		this.context.getBean(QueueListenerRegistry.class).start();
	}

	/**
	 * Send orders, many at once.
	 */
	void send(long from, long to) {
		QueueTemplate template = template();
		for (long first = from; first < to; first += SENT_AT_ONCE) {
			List<Order> orders = new ArrayList<>(SENT_AT_ONCE);
			for (long number = first; number < Math.min(to, first + SENT_AT_ONCE); number++) {
				orders.add(Order.of(number));
			}
			template.sendAll(QUEUE, orders);
		}
	}

	/**
	 * Wait until all is handled and the store holds nothing for the group any more.
	 * @return messages per second, until then
	 */
	static double awaitDone(Database database, Handled handled) throws Exception {
		handled.await();
		double rate;
		try (Connection connection = database.connect()) {
			while (held(connection) > 0) {
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			}
			rate = handled.rateUntilNow();
		}
		handled.requireEachOnce();
		return rate;
	}

	private static long held(Connection connection) throws SQLException {
		return Database.number(connection,
				"select (select count(*) from queue.queue_delivery) + (select count(*) from queue.queue_retry)");
	}

	/**
	 * Raise an error unless the group has finished everything.
	 */
	void requireNothingLeft() {
		GroupStats stats = admin().stats(QUEUE, GROUP);
		if (stats.ready().value() + stats.pending().value() + stats.deadLetters().value() > 0) {
			throw new IllegalStateException("The group is not done: " + stats);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
