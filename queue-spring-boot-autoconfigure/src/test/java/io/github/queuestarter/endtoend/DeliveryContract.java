package io.github.queuestarter.endtoend;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.PayloadTooLargeException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages arrive, whole, once, at whom they are meant for.
 */
@Tag("newer-jdk")
abstract class DeliveryContract extends EndToEndTest {

	@Test
	void payloadArrivesAsTheDeclaredTypeWithHeadersAndDelivery() {
		Orders orders = new Orders();
		Application application = start(orders);
		Order order = new Order("ä-17", List.of(new Line("nuts", 3), new Line("bolts", 4)));
		String id = application.template().send(this.queue, order, SendOptions.header("tenant", "blue"));
		Orders.Arrival arrival = orders.received.await(1).get(0);
		assertThat(arrival.order()).isEqualTo(order);
		assertThat(arrival.tenant()).isEqualTo("blue");
		assertThat(arrival.headers()).containsEntry("tenant", "blue").containsEntry("queue_id", id);
		assertThat(arrival.delivery().id()).isEqualTo(id);
		assertThat(arrival.delivery().queue()).isEqualTo(this.queue);
		assertThat(arrival.delivery().group()).isEqualTo("default");
		assertThat(arrival.delivery().attempt()).isEqualTo(1);
		assertThat(arrival.delivery().firstFailureAt()).isNull();
		assertThat(arrival.message().getPayload()).isEqualTo(order);
	}

	@Test
	void payloadArrivesAsMapStringBytesAndGenericList() {
		Shapes shapes = new Shapes();
		Application application = start(shapes);
		application.template().send(this.queue + "-list", List.of(new Line("nuts", 3)));
		application.template().send(this.queue + "-map", new Line("nuts", 3));
		application.template().send(this.queue + "-text", "plain \"text\"");
		application.template().send(this.queue + "-bytes", new byte[] { 0, 1, (byte) 0xff });
		application.template().send(this.queue + "-object", Map.of("a", 1));
		List<Object> received = shapes.received.await(5);
		assertThat(received).contains(List.of(new Line("nuts", 3)), Map.of("product", "nuts", "amount", 3),
				"plain \"text\"", Map.of("a", 1));
		assertThat(received).anySatisfy((one) -> assertThat(one).isEqualTo(new byte[] { 0, 1, (byte) 0xff }));
	}

	@Test
	void everyGroupGetsEveryMessageAndItsInstancesShareThem() {
		TwoGroups first = new TwoGroups();
		TwoGroups second = new TwoGroups();
		Application application = start(first);
		start(second);
		List<Integer> numbers = IntStream.range(0, 400).boxed().toList();
		application.template().sendAll(this.queue, numbers);
		await().until(() -> first.mailer.all().size() + second.mailer.all().size() >= 400
				&& first.fulfilment.all().size() + second.fulfilment.all().size() >= 400);
		assertThat(concat(first.mailer.all(), second.mailer.all())).containsExactlyInAnyOrderElementsOf(numbers);
		assertThat(concat(first.fulfilment.all(), second.fulfilment.all()))
			.containsExactlyInAnyOrderElementsOf(numbers);
	}

	private static List<Integer> concat(List<Integer> one, List<Integer> other) {
		return Stream.concat(one.stream(), other.stream()).toList();
	}

	@Test
	void oneMethodListensToSeveralQueues() {
		Several several = new Several();
		Application application = start(several);
		application.template().send(this.queue + "-a", "a");
		application.template().send(this.queue + "-b", "b");
		assertThat(several.received.await(2)).containsExactlyInAnyOrder("a", "b");
	}

	@Test
	void configuredConcurrencyIsReached() {
		Meeting meeting = new Meeting(8);
		Application application = start(
				application().listener(meeting).with("queue.queues.[" + this.queue + "].concurrency", 8));
		application.template().sendAll(this.queue, IntStream.range(0, 8).boxed().toList());
		assertThat(meeting.met.await(8)).hasSize(8);
	}

	@Test
	void concurrencyOfTheAnnotationIsReachedWhateverTheKeysSay() {
		AnnotatedMeeting meeting = new AnnotatedMeeting();
		Application application = start(application().listener(meeting)
			.with("test.concurrency", 6)
			.with("queue.queues.[" + this.queue + "].groups.default.concurrency", 1));
		application.template().sendAll(this.queue, IntStream.range(0, 6).boxed().toList());
		assertThat(meeting.met.await(6)).hasSize(6);
	}

	@Test
	void optionsHoldForAllThatIsSentAtOnceAndATimeIsATime() {
		Headed headed = new Headed();
		Application application = start(headed);
		application.template().send(this.queue, "first", SendOptions.header("tenant", "red"));
		headed.received.await(1);
		Instant due = Instant.now().plusSeconds(5);
		List<String> ids = application.template()
			.sendAll(this.queue, List.of("a", "b"), SendOptions.at(due).withHeader("tenant", "blue"));
		application.template().send(this.queue, "at once", SendOptions.header("tenant", "red"));
		assertThat(headed.received.await(2)).containsExactly("first red", "at once red");
		assertThat(application.admin().stats(this.queue, "default").scheduled().value()).isEqualTo(2);
		assertThat(headed.received.await(4)).containsExactlyInAnyOrder("first red", "at once red", "a blue", "b blue");
		assertThat(Instant.now()).isAfterOrEqualTo(due);
		assertThat(headed.ids.all()).containsAll(ids);
	}

	@Test
	void delayedMessageIsNotEarlyAndAtMostASecondLate() {
		Numbers numbers = new Numbers();
		Application application = start(numbers);
		application.template().send(this.queue, 2);
		long sent = System.nanoTime();
		application.template().send(this.queue, 1, SendOptions.delay(Duration.ofMillis(1500)));
		numbers.received.await(2);
		Duration took = Duration.ofNanos(System.nanoTime() - sent);
		assertThat(numbers.received.all()).containsExactly(2, 1);
		assertThat(took).isBetween(Duration.ofMillis(1490), Duration.ofMillis(2600));
	}

	@Test
	void nothingIsLostOrDoubledAmongManyMessages() {
		Numbers numbers = new Numbers();
		Application application = start(application().listener(numbers).with("queue.listener.concurrency", 4));
		List<String> ids = application.template().sendAll(this.queue, IntStream.range(0, 5000).boxed().toList());
		assertThat(new HashSet<>(ids)).hasSize(5000);
		numbers.received.await(5000);
		assertThat(numbers.received.all()).hasSize(5000).doesNotHaveDuplicates();
		await().untilAsserted(
				() -> assertThat(application.admin().stats(this.queue, "default").pending().value()).isZero());
	}

	@Test
	void payloadLargerThanAllowedIsRefusedWithTheKeyToChange() {
		Numbers numbers = new Numbers();
		Application application = start(application().listener(numbers).with("queue.max-payload-size", "10B"));
		assertThatExceptionOfType(PayloadTooLargeException.class)
			.isThrownBy(() -> application.template().sendAll(this.queue, List.of(1, "12345678901")))
			.withMessageContaining("11 bytes")
			.withMessageContaining("queue.max-payload-size");
		application.template().send(this.queue, 2);
		assertThat(numbers.received.await(1)).containsExactly(2);
	}

	record Order(String number, List<Line> lines) {
	}

	record Line(String product, int amount) {
	}

	static final class Orders {

		final Received<Arrival> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(Order order, @Header("tenant") String tenant, @Headers Map<String, Object> headers,
				Message<Order> message, Delivery delivery) {
			this.received.add(new Arrival(order, tenant, headers, message, delivery));
		}

		record Arrival(Order order, String tenant, Map<String, Object> headers, Message<Order> message,
				Delivery delivery) {
		}

	}

	static final class Shapes {

		final Received<Object> received = new Received<>();

		@QueueListener("${test.queue}-list")
		void list(List<Line> lines) {
			this.received.add(lines);
		}

		@QueueListener("${test.queue}-map")
		void map(Map<String, Object> map) {
			this.received.add(map);
		}

		@QueueListener("${test.queue}-text")
		void text(String text) {
			this.received.add(text);
		}

		@QueueListener("${test.queue}-bytes")
		void bytes(byte[] bytes) {
			this.received.add(bytes);
		}

		@QueueListener("#{'${test.queue}' + '-object'}")
		void object(Object object) {
			this.received.add(object);
		}

	}

	static final class TwoGroups {

		final Received<Integer> mailer = new Received<>();

		final Received<Integer> fulfilment = new Received<>();

		@QueueListener(queue = "${test.queue}", group = "mailer")
		void mail(Integer number) {
			this.mailer.add(number);
		}

		@QueueListener(queue = "${test.queue}", group = "fulfilment", concurrency = "3")
		void fulfil(Integer number) {
			this.fulfilment.add(number);
		}

	}

	static final class Several {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}-a")
		@QueueListener("${test.queue}-b")
		void on(String text) {
			this.received.add(text);
		}

	}

	static final class Meeting {

		final Received<Integer> met = new Received<>();

		private final CyclicBarrier barrier;

		Meeting(int participants) {
			this.barrier = new CyclicBarrier(participants);
		}

		@QueueListener("${test.queue}")
		void on(Integer number) throws InterruptedException, BrokenBarrierException, TimeoutException {
			this.barrier.await(15, TimeUnit.SECONDS);
			this.met.add(number);
		}

	}

	static final class AnnotatedMeeting {

		final Received<Integer> met = new Received<>();

		private final CyclicBarrier barrier = new CyclicBarrier(6);

		@QueueListener(queue = "${test.queue}", concurrency = "${test.concurrency}")
		void on(Integer number) throws InterruptedException, BrokenBarrierException, TimeoutException {
			this.barrier.await(15, TimeUnit.SECONDS);
			this.met.add(number);
		}

	}

	static final class Headed {

		final Received<String> received = new Received<>();

		final Received<String> ids = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text, @Header("tenant") String tenant, Delivery delivery) {
			this.ids.add(delivery.id());
			this.received.add(text + " " + tenant);
		}

	}

	static final class Numbers {

		final Received<Integer> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(Integer number) {
			this.received.add(number);
		}

	}

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
