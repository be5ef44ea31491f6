package io.github.queuestarter.endtoend;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.testing.TestServers;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;
import org.springframework.data.redis.connection.stream.StreamRecords;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.messaging.handler.annotation.Header;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Queues that are shared with programs that know Redis and nothing of this library.
 */
class RedisInteropTests extends EndToEndTest {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

	@Test
	void fieldsOfAnotherClientArriveAsWhatTheHandlerDeclares() {
		Shapes shapes = new Shapes();
		Application application = start(shapes);
		for (String queue : List.of("-map", "-record", "-bean", "-text", "-entry", "-bytes")) {
			add(application, this.queue + queue, "user_id", "1001", "item", "iPhone 15", "status", "pending", "price",
					"12.50", "express", "true", "at", "2026-11-26T10:00:00Z");
		}
		Map<String, Object> received = shapes.await(6);
		assertThat(received.get("map")).isEqualTo(Map.of("user_id", "1001", "item", "iPhone 15", "status", "pending",
				"price", "12.50", "express", "true", "at", "2026-11-26T10:00:00Z"));
		assertThat(received.get("record")).isEqualTo(new Order(1001, "iPhone 15", OrderState.pending,
				new BigDecimal("12.50"), true, Instant.parse("2026-11-26T10:00:00Z")));
		assertThat(received.get("bean")).isEqualTo("1001 iPhone 15");
		assertThat(received.get("text")).asString().startsWith("{\"user_id\":\"1001\",\"item\":\"iPhone 15\",");
		MapRecord<?, ?, ?> entry = (MapRecord<?, ?, ?>) received.get("entry");
		assertThat(entry.getStream()).isEqualTo("queue:" + this.queue + "-entry");
		assertThat(entry.getId().getValue()).isEqualTo(shapes.idOfEntry);
		assertThat(entry.getValue().toString()).isEqualTo("{user_id=1001, item=iPhone 15, status=pending, price=12.50,"
				+ " express=true, at=2026-11-26T10:00:00Z}");
		assertThat((byte[]) received.get("bytes")).asString(StandardCharsets.UTF_8).isEqualTo("iPhone 15");
	}

	@Test
	void whatWeSendIsReadByAnyClient() {
		Application application = start(application());
		redis(application).opsForStream().createGroup("queue:" + this.queue, ReadOffset.from("0"), "audit");
		String id = application.template().send(this.queue, Map.of("amount", 3), SendOptions.header("tenant", "blue"));
		MapRecord<String, Object, Object> entry = readAsForeigner(application, "audit", 1).get(0);
		assertThat(entry.getValue())
			.containsExactlyInAnyOrderEntriesOf(Map.of("payload", "{\"amount\":3}", "id", id, "h:tenant", "blue"));
		assertThat(application.admin().stats(this.queue, "audit").inFlight().value()).isEqualTo(1);
		assertThat(redis(application).opsForStream().acknowledge("audit", entry)).isEqualTo(1);
		assertThat(application.admin().stats(this.queue, "audit").inFlight().value()).isZero();
	}

	@Test
	void envelopeThatAnotherClientWritesIsAnOrdinaryMessage() {
		Enveloped enveloped = new Enveloped();
		Application application = start(enveloped);
		add(application, this.queue, "id", "order-17", "payload", "{\"amount\":3}", "h:tenant", "blue");
		assertThat(enveloped.received.await(1)).containsExactly("order-17 3 blue");
	}

	@Test
	void foreignConsumerSharesTheWorkAndWhatItHeldIsRescuedWhenItDies() {
		Busy busy = new Busy();
		Application application = start(application().listener(busy)
			.with("queue.redis.foreign-idle", "4s")
			.with("queue.listener.prefetch", "0"));
		add(application, this.queue, "amount", "0");
		busy.received.await(1);
		for (int i = 1; i < 10; i++) {
			add(application, this.queue, "amount", Integer.toString(i));
		}
		List<MapRecord<String, Object, Object>> taken = readAsForeigner(application, "default", 4);
		assertThat(taken).hasSize(4);
		redis(application).opsForStream().acknowledge("default", taken.get(0));
		redis(application).opsForStream().acknowledge("default", taken.get(1));
		busy.mayGoOn.countDown();
		busy.received.await(8);
		await().until(() -> application.admin().stats(this.queue, "default").pending().value() == 0);
		assertThat(busy.received.all()).extracting(Number::amount).containsExactlyInAnyOrder(0, 3, 4, 5, 6, 7, 8, 9);
		assertThat(busy.received.all()).filteredOn((number) -> number.crashes() == 1)
			.extracting(Number::amount)
			.containsExactlyInAnyOrder(3, 4);
	}

	@Test
	void badInputIsADeadLetterWithAClearReasonAndHoldsUpNobody() {
		Numbers numbers = new Numbers();
		Application application = start(numbers);
		add(application, this.queue, "id", "number", "payload", "42");
		add(application, this.queue, "id", "text", "payload", "\"three\"");
		add(application, this.queue, "id", "broken", "payload", "{\"amount\":");
		add(application, this.queue, "id", "nothing", "payload", "null");
		add(application, this.queue, "id", "empty", "payload", "");
		add(application, this.queue, "id", "list", "payload", "[{\"amount\":3}]");
		add(application, this.queue, "amount", "three");
		add(application, this.queue, "amount", "");
		add(application, this.queue, "", "");
		byte[] binary = { 0, (byte) 0xFF, (byte) 0xC3, '{' };
		addBytes(application, "id".getBytes(StandardCharsets.UTF_8), "binary".getBytes(StandardCharsets.UTF_8),
				"payload".getBytes(StandardCharsets.UTF_8), binary);
		addBytes(application, "amount".getBytes(StandardCharsets.UTF_8), binary);
		addBytes(application, binary, binary);
		add(application, this.queue, manyFields(512));
		add(application, this.queue, manyFields(4000));
		add(application, this.queue, "amount", "7", "überflüssig {x} \u0001", "y");
		add(application, this.queue, "amount", "8");
		await().until(() -> isDone(application, this.queue));
		assertThat(numbers.received.all()).extracting(Number::amount).containsExactlyInAnyOrder(512, 4000, 7, 8);
		List<DeadLetter> letters = application.admin()
			.deadLetters(this.queue, "default", PageRequest.first(100))
			.deadLetters();
		assertThat(letters).hasSize(12);
		assertThat(letters).allSatisfy((letter) -> {
			assertThat(letter.failure().kind()).isEqualTo(Failure.Kind.CONVERSION);
			assertThat(letter.failure().reason()).contains(reasonOf(letter.id()));
			assertThat(letter.failure().stackTrace()).contains("Amount");
		});
		assertThat(
				letters.stream().map(DeadLetter::id).filter((id) -> id.matches("[a-z]+")).collect(Collectors.toSet()))
			.isEqualTo(Set.of("number", "text", "broken", "nothing", "empty", "list", "binary"));
	}

	private static String reasonOf(String id) {
		return switch (id) {
			case "number" -> "no int/Int-argument constructor";
			case "text" -> "no String-argument constructor";
			case "broken" -> "Unexpected end-of-input";
			case "nothing" -> "JSON null";
			case "empty" -> "No content";
			case "list" -> "from Array value";
			case "binary" -> "Unrecognized token";
			// those without an id of their own have fields that are no whole number
			default -> "`int`";
		};
	}

	@Test
	void healthNamesTheKeyThatHoldsSomethingElse() {
		Numbers numbers = new Numbers();
		Application application = start(numbers);
		await().until(() -> health(application).getStatus().equals(Status.UP));
		String key = "queue:" + this.queue;
		redis(application).delete(key);
		redis(application).opsForValue().set(key, "a cached order");
		try {
			await().until(() -> health(application).getStatus().equals(Status.DOWN));
			assertThat(health(application).getDetails().get("problems")).asString()
				.contains("key '" + key + "' is a string, not a stream");
		}
		finally {
			redis(application).delete(key);
		}
		await().until(() -> health(application).getStatus().equals(Status.UP));
		add(application, this.queue, "amount", "1");
		numbers.received.await(1);
	}

	@Test
	void messageThatSomebodyElseTrimsBeforeItsRetryIsCountedAsLost() {
		Failing failing = new Failing();
		Application application = start(application().listener(failing).with("queue.listener.retry.delay", "5s"));
		application.template().send(this.queue, "x");
		failing.received.await(1);
		await().until(() -> application.admin().stats(this.queue, "default").retrying().value() == 1);
		redis(application).opsForStream().trim("queue:" + this.queue, 0);
		await().until(() -> counter(application, "queue.messages.lost", this.queue) == 1);
		assertThat(application.admin().stats(this.queue, "default").pending().value()).isZero();
		assertThat(failing.received.all()).hasSize(1);
	}

	@Test
	void sendsThatCutTheirQueueCountWhatWasDropped() {
		String unread = this.queue + "-unread";
		String retention = "queue.queues." + unread + ".retention.";
		Application application = start(application().with(retention + "max-length", "10")
			.with(retention + "lossy", "true")
			.with(retention + "trim-on-send", "exact"));
		for (int i = 0; i < 3; i++) {
			application.template().sendAll(unread, List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
		}
		assertThat(redis(application).opsForStream().size("queue:" + unread)).isEqualTo(10);
		assertThat(counter(application, "queue.messages.trimmed", unread)).isEqualTo(20);
		redis(application).delete("queue:" + unread);
	}

	@Test
	void listenersTakeNoConnectionFromThePoolOfTheApplication() {
		Shapes shapes = new Shapes();
		Application application = start(application().listener(shapes)
			.with("spring.data.redis.lettuce.pool.enabled", "true")
			.with("spring.data.redis.lettuce.pool.max-active", "2")
			.with("spring.data.redis.lettuce.pool.max-wait", "2s"));
		// One is what the application shares for everything that does not block
		assertThat(redis(application).opsForList().leftPop(this.queue + ":list", Duration.ofSeconds(1))).isNull();
		for (String queue : List.of("-map", "-record", "-bean", "-text", "-entry", "-bytes")) {
			add(application, this.queue + queue, "user_id", "1", "item", "x", "express", "false");
		}
		assertThat(shapes.await(6)).hasSize(6);
	}

	private static double counter(Application application, String name, String queue) {
		return application.bean(MeterRegistry.class)
			.find(name)
			.tag("queue", queue)
			.counters()
			.stream()
			.mapToDouble((counter) -> counter.count())
			.sum();
	}

	private static Health health(Application application) {
		Health health = application.context().getBean("queueHealthIndicator", HealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	private static StringRedisTemplate redis(Application application) {
		return application.bean(StringRedisTemplate.class);
	}

	private static String[] manyFields(int count) {
		List<String> fields = new ArrayList<>(List.of("amount", Integer.toString(count)));
		for (int i = 1; i < count; i++) {
			fields.add("field-" + i);
			fields.add("value-" + i);
		}
		return fields.toArray(String[]::new);
	}

	/**
	 * As {@code redis-cli XADD queue:orders '*' name value ...} does.
	 */
	private static void add(Application application, String queue, String... fields) {
		Map<String, String> map = new LinkedHashMap<>();
		for (int i = 0; i < fields.length; i += 2) {
			map.put(fields[i], fields[i + 1]);
		}
		redis(application).opsForStream().add("queue:" + queue, map);
	}

	private void addBytes(Application application, byte[]... fields) {
		Map<byte[], byte[]> map = new LinkedHashMap<>();
		for (int i = 0; i < fields.length; i += 2) {
			map.put(fields[i], fields[i + 1]);
		}
		redis(application).execute((RedisCallback<Object>) (connection) -> connection.streamCommands()
			.xAdd(StreamRecords.rawBytes(map).withStreamKey(("queue:" + this.queue).getBytes(StandardCharsets.UTF_8))));
	}

	private List<MapRecord<String, Object, Object>> readAsForeigner(Application application, String group, int count) {
		List<MapRecord<String, Object, Object>> records = redis(application).opsForStream()
			.read(Consumer.from(group, "python-1"), StreamReadOptions.empty().count(count),
					StreamOffset.create("queue:" + this.queue, ReadOffset.lastConsumed()));
		return (records != null) ? records : List.of();
	}

	enum OrderState {

		pending

	}

	record Order(@JsonProperty("user_id") long userId, String item, OrderState status, BigDecimal price,
			boolean express, Instant at) {
	}

	static final class Bean {

		private String userId = "";

		private String item = "";

		@JsonProperty("user_id")
		public void setUserId(String userId) {
			this.userId = userId;
		}

		public void setItem(String item) {
			this.item = item;
		}

	}

	record Amount(int amount) {
	}

	record Number(int amount, int crashes) {
	}

	static final class Shapes {

		private final Received<Map.Entry<String, Object>> received = new Received<>();

		private volatile String idOfEntry = "";

		Map<String, Object> await(int count) {
			Map<String, Object> byKind = new LinkedHashMap<>();
			this.received.await(count).forEach((one) -> byKind.put(one.getKey(), one.getValue()));
			return byKind;
		}

		@QueueListener("${test.queue}-map")
		void map(Map<String, String> fields) {
			this.received.add(Map.entry("map", fields));
		}

		@QueueListener("${test.queue}-record")
		void record(Order order) {
			this.received.add(Map.entry("record", order));
		}

		@QueueListener("${test.queue}-bean")
		void bean(Bean bean) {
			this.received.add(Map.entry("bean", bean.userId + " " + bean.item));
		}

		@QueueListener("${test.queue}-text")
		void text(String text) {
			this.received.add(Map.entry("text", text));
		}

		@QueueListener("${test.queue}-entry")
		void entry(MapRecord<String, String, String> entry, Delivery delivery) {
			this.idOfEntry = delivery.id();
			this.received.add(Map.entry("entry", entry));
		}

		@QueueListener("${test.queue}-bytes")
		void bytes(MapRecord<byte[], String, byte[]> entry) {
			byte[] item = entry.getValue().get("item");
			this.received.add(Map.entry("bytes", item));
		}

	}

	static final class Numbers {

		final Received<Number> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(Amount amount, Delivery delivery) {
			this.received.add(new Number(amount.amount(), delivery.crashes()));
		}

	}

	static final class Busy {

		final Received<Number> received = new Received<>();

		final CountDownLatch mayGoOn = new CountDownLatch(1);

		@QueueListener("${test.queue}")
		void on(Amount amount, Delivery delivery) throws InterruptedException {
			this.received.add(new Number(amount.amount(), delivery.crashes()));
			this.mayGoOn.await(30, TimeUnit.SECONDS);
		}

	}

	static final class Enveloped {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(Amount amount, @Header("tenant") String tenant, Delivery delivery) {
			this.received.add(delivery.id() + " " + amount.amount() + " " + tenant);
		}

	}

	static final class Failing {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
			throw new IllegalStateException("by the test");
		}

	}

}
