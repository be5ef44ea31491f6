package io.github.queuestarter.endtoend;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Failure;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.testing.TestServers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.messaging.handler.annotation.Headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Adds what somebody may write into the tables by hand.
 */
class PostgresBadInputTests extends BadInputContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	private void insert(Application application, @Nullable String format, String payload, @Nullable String headers) {
		JdbcClient.create(application.bean(DataSource.class))
			.sql("insert into queue.queue_message (queue, format, payload, headers) values (?, ?::\"char\", ?, ?::jsonb)")
			.params(Arrays.asList(this.queue, format, payload, headers))
			.update();
	}

	@Test
	void rowsThatAreNoMessagesBecomeDeadLettersAndTheListenerLives() {
		Amounts amounts = new Amounts();
		Application application = start(amounts);
		Map<String, @Nullable String> bad = new LinkedHashMap<>();
		bad.put("no JSON at all", null);
		bad.put("", null);
		bad.put("{\"amount\":", null);
		bad.put("[]", null);
		bad.put("null", null);
		bad.put("no base64 %%%", "b");
		bad.put("of no known format", "x");
		bad.put("of an empty format", "");
		bad.put("of format 😀", "?");
		bad.put("text", "t");
		bad.put("fields", "f");
		bad.forEach((payload, format) -> insert(application, format, payload, null));
		insert(application, null, "{\"amount\": 7}", null);
		assertThat(amounts.received.await(1)).extracting(Arrival::amount).containsExactly(new Amount(7));
		await().until(() -> deadLetters(application).size() == bad.size());
		assertThat(deadLetters(application)).extracting((dead) -> dead.failure().kind())
			.containsOnly(Failure.Kind.CONVERSION);
		assertThat(deadLetters(application)).extracting((dead) -> dead.payload().asText())
			.containsExactlyInAnyOrderElementsOf(bad.keySet());
	}

	@Test
	void oddHeadersOfARowAreTakenAsTheyAreSpelled() {
		Amounts amounts = new Amounts();
		Application application = start(amounts);
		List<String> none = List.of("[1, {\"a\": []}]", "null", "\"text\"", "17", "true", "{}");
		none.forEach((headers) -> insert(application, null, "{\"amount\": 0}", headers));
		insert(application, null, "{\"amount\": 1}",
				"""
						{"number": 1.50, "nothing": null, "object": {"a": {"b": ["}", "]", "\\""]}}, "list": [1, "2"], "": "empty",
						 "queue_id": "mine", "queue_attempt": 99, "id": "id", "timestamp": "then", "contentType": "x", "no": false}""");
		List<Arrival> arrivals = amounts.received.await(none.size() + 1);
		assertThat(arrivals).hasSize(none.size() + 1);
		arrivals.stream()
			.filter((arrival) -> arrival.amount().amount() == 0)
			.forEach((arrival) -> assertThat(arrival.headers().keySet()).allMatch((name) -> name.startsWith("queue_")));
		Map<String, Object> headers = arrivals.stream()
			.filter((arrival) -> arrival.amount().amount() == 1)
			.findFirst()
			.orElseThrow()
			.headers();
		assertThat(headers).containsEntry("number", "1.50")
			.containsEntry("nothing", "null")
			.containsEntry("object", "{\"a\": {\"b\": [\"}\", \"]\", \"\\\"\"]}}")
			.containsEntry("list", "[1, \"2\"]")
			.containsEntry("no", "false")
			.containsEntry("queue_attempt", 1);
		assertThat(headers.get("queue_id")).isNotEqualTo("mine");
		assertThat(deadLetters(application)).isEmpty();
	}

	@Test
	void nulIsRefusedByTheSenderUnlessItIsSentAsBytesOrInsideJson() {
		Texts texts = new Texts();
		Application application = start(texts);
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.template().send(this.queue, "a\u0000b"))
			.withMessageContaining("NUL character at index 1")
			.withMessageContaining(this.queue);
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> application.template().send(this.queue, "x", SendOptions.header("h", "a\u0000b")))
			.withMessageContaining("NUL");
		application.template().send(this.queue, "a\u0000b".getBytes(StandardCharsets.UTF_8));
		application.template().send(this.queue, Map.of("text", "a\u0000b"));
		assertThat(texts.received.await(2)).containsExactlyInAnyOrder("a\u0000b", "{\"text\":\"a\\u0000b\"}");
	}

	private List<DeadLetter> deadLetters(Application application) {
		return application.admin().deadLetters(this.queue, "default", PageRequest.first(100)).deadLetters();
	}

	record Amount(int amount) {
	}

	record Arrival(Amount amount, Map<String, Object> headers) {
	}

	static final class Amounts {

		final Received<Arrival> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(Amount amount, @Headers Map<String, Object> headers) {
			this.received.add(new Arrival(amount, headers));
		}

	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
