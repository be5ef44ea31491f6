package io.github.queuestarter.benchmarks.starter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
 * An application with the starter, and the store that its URL tells. Its listener waits
 * for {@link #listen()}.
 */
public final class Ours implements AutoCloseable {

	/**
	 * The queue of all scenarios.
	 */
	public static final String QUEUE = "orders";

	/**
	 * The group that reads it.
	 */
	public static final String GROUP = "default";

	private static final String USER = "postgres";

	private static final int SENT_AT_ONCE = 1000;

	private final ConfigurableApplicationContext context;

	private Ours(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start without listener.
	 */
	public static Ours start(Home home) {
		return start(home.url(), Map.of(), (context) -> {
		});
	}

	/**
	 * Start with a listener.
	 */
	public static Ours start(Home home, Consumer<Order> handler, Map<String, Object> settings) {
		return start(home.url(), settings, withListener(handler));
	}

	static ApplicationContextInitializer<GenericApplicationContext> withListener(Consumer<Order> handler) {
		return (context) -> context.registerBean(OrderListener.class, () -> new OrderListener(handler));
	}

	static Ours start(String url, Map<String, Object> settings,
			ApplicationContextInitializer<GenericApplicationContext> initializer) {
		Map<String, Object> properties = new HashMap<>(url.startsWith("redis:") ? onRedis(url) : onPostgres(url));
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

	private static Map<String, Object> onRedis(String url) {
		return Map.of("queue.backend", "redis", "spring.data.redis.url", url, "spring.autoconfigure.exclude",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
	}

	private static Map<String, Object> onPostgres(String url) {
		return Map.of("queue.backend", "postgres", "spring.datasource.url", url, "spring.datasource.username", USER,
				"spring.datasource.password", USER, "spring.autoconfigure.exclude",
				"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration");
	}

	public QueueTemplate template() {
		return this.context.getBean(QueueTemplate.class);
	}

	public QueueAdmin admin() {
		return this.context.getBean(QueueAdmin.class);
	}

	/**
	 * A bean of the application.
	 */
	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public void listen() {
		this.context.getBean(QueueListenerRegistry.class).start();
	}

	/**
	 * Send orders, many at once.
	 */
	public void send(long from, long to) {
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
	public static double awaitDone(Home home, Handled handled) throws Exception {
		handled.await();
		home.awaitNothingHeld();
		double rate = handled.rateUntilNow();
		handled.requireEachOnce();
		return rate;
	}

	/**
	 * Raise an error unless the group has finished everything.
	 */
	public void requireNothingLeft() {
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
