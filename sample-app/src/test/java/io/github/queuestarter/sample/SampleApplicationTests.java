package io.github.queuestarter.sample;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.core.QueueAdmin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "sample.traffic=false", "sample.reminder-after=1s", "queue.listener.retry.delay=100ms" })
@ExtendWith(OutputCaptureExtension.class)
class SampleApplicationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@LocalServerPort
	private int port;

	@Autowired
	private OrderDesk desk;

	@Autowired
	private QueueAdmin admin;

	@Autowired
	private TransactionTemplate transaction;

	private RestClient http;

	@BeforeEach
	void connect() {
		this.http = RestClient.create("http://localhost:" + this.port);
	}

	@Test
	void orderIsPackedMailedAndPaid() {
		Order order = place("12 Market Street");
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(steps(order.id())).containsExactlyInAnyOrder(OrderStep.Name.PACKED,
					OrderStep.Name.MAILED, OrderStep.Name.PAID));
	}

	@Test
	void busyPaymentProviderIsAskedAgain() {
		Order order = place("1 Market Street");
		while (order.id() % 3 != 0) {
			order = place("1 Market Street");
		}
		long id = order.id();
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(details(id).steps())
				.anyMatch((step) -> step.step() == OrderStep.Name.PAID && step.attempt() == 2));
	}

	@Test
	void badAddressIsADeadLetterUntilItIsCorrectedAndReplayed() {
		Order order = place("nowhere");
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(steps(order.id())).contains(OrderStep.Name.MAILED));
		DeadLetterSummary letter = await().atMost(PATIENCE).until(() -> deadLetterOf(order), Objects::nonNull);
		assertThat(letter.reason()).contains("nowhere");
		assertThat(letter.attempts()).isEqualTo(1);
		assertThat(steps(order.id())).containsExactly(OrderStep.Name.MAILED);

		this.http.put()
			.uri("/orders/{id}/address", order.id())
			.body(new NewAddress("7 Market Street"))
			.retrieve()
			.toBodilessEntity();
		replay(letter.id());

		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(steps(order.id())).contains(OrderStep.Name.PACKED, OrderStep.Name.PAID));
		assertThat(deadLetterOf(order)).isNull();
	}

	@Test
	void orderThatIsRolledBackIsNeverWorkedOn() {
		this.transaction.executeWithoutResult((status) -> {
			this.desk.place(new NewOrder("pears", 1, "9 Market Street"));
			status.setRollbackOnly();
		});
		Order order = place("10 Market Street");
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(steps(order.id())).contains(OrderStep.Name.PACKED));
		// one without its order would be tried again for minutes
		await().atMost(PATIENCE).untilAsserted(() -> {
			GroupStats stats = this.admin.stats("orders", "fulfilment");
			assertThat(stats.ready().value()).isZero();
			assertThat(stats.pending().value()).isZero();
		});
	}

	@Test
	void unknownDeadLetterCannotBeReplayed() {
		assertThatExceptionOfType(HttpClientErrorException.class).isThrownBy(() -> replay("unknown"))
			.satisfies((ex) -> assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND));
	}

	@Test
	void newPriceIsHeard(CapturedOutput output) {
		this.http.put()
			.uri("/prices/coffee")
			.contentType(MediaType.APPLICATION_JSON)
			.body(new BigDecimal("4.20"))
			.retrieve()
			.toBodilessEntity();
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(get("/prices")).containsEntry("coffee", "4.20"));
		// the other listener, by the name of the channel
		await().atMost(PATIENCE).until(() -> output.getOut().contains("the coffee machine wants 4.20"));
	}

	@Test
	@SuppressWarnings("unchecked")
	void healthNamesTheQueues() {
		await().atMost(PATIENCE).untilAsserted(() -> {
			Map<String, Object> health = get("/actuator/health");
			assertThat(health).containsEntry("status", "UP");
			Map<String, Object> components = (Map<String, Object>) health.get("components");
			Map<String, Object> queue = (Map<String, Object>) components.get("queue");
			Map<String, Object> details = (Map<String, Object>) queue.get("details");
			Map<String, Map<String, Object>> queues = (Map<String, Map<String, Object>>) details.get("queues");
			assertThat(queues).containsKeys("orders", "payments", "reminders");
			assertThat(queues.get("orders")).containsKeys("fulfilment", "mailer");
		});
	}

	@Test
	@SuppressWarnings("unchecked")
	void metersCountAttempts() {
		Order order = place("3 Market Street");
		await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(steps(order.id())).contains(OrderStep.Name.PAID);
			Map<String, Object> meter = get("/actuator/metrics/queue.process?tag=queue:payments");
			List<Map<String, Object>> measurements = (List<Map<String, Object>>) meter.get("measurements");
			assertThat(measurements).anyMatch((measurement) -> measurement.get("statistic").equals("COUNT")
					&& ((Number) measurement.get("value")).doubleValue() >= 1);
		});
	}

	private Order place(String address) {
		Order order = this.http.post()
			.uri("/orders")
			.body(new NewOrder("apples", 2, address))
			.retrieve()
			.body(Order.class);
		return Objects.requireNonNull(order);
	}

	private OrderDetails details(long id) {
		return Objects.requireNonNull(this.http.get().uri("/orders/{id}", id).retrieve().body(OrderDetails.class));
	}

	private List<OrderStep.Name> steps(long id) {
		return details(id).steps().stream().map(OrderStep::step).toList();
	}

	private DeadLetterSummary deadLetterOf(Order order) {
		List<DeadLetterSummary> letters = this.http.get()
			.uri("/dead-letters/orders/fulfilment")
			.retrieve()
			.body(new ParameterizedTypeReference<>() {
			});
		return Objects.requireNonNull(letters)
			.stream()
			.filter((letter) -> letter.payload().contains("\"orderId\":%d}".formatted(order.id())))
			.findFirst()
			.orElse(null);
	}

	private void replay(String id) {
		this.http.post().uri("/dead-letters/orders/fulfilment/{id}/replay", id).retrieve().toBodilessEntity();
	}

	private Map<String, Object> get(String uri) {
		Map<String, Object> body = this.http.get().uri(uri).retrieve().body(new ParameterizedTypeReference<>() {
		});
		return Objects.requireNonNull(body);
	}

}
