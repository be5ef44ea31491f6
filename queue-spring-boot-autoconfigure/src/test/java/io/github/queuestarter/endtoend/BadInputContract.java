package io.github.queuestarter.endtoend;

import java.util.List;
import java.util.UUID;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.PageRequest;
import io.github.queuestarter.PayloadTooLargeException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueAdmin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is odd and allowed works, what is not allowed is refused by the one who gave it.
 */
abstract class BadInputContract extends EndToEndTest {

	@ParameterizedTest
	@ValueSource(strings = { " blank on both sides ", "a.b.c", "quote'\"`", "{tag}%7B", "{", "100%", "a/b\\c",
			"x:dead:y", "Grüße 日本語 😀", "$1 ? :name --", "<b>&amp;</b>", "[0]" })
	void oddNamesWork(String odd) {
		assertNamesWork(odd + UUID.randomUUID() + odd, odd);
	}

	@Test
	void longestNamesWork() {
		String random = UUID.randomUUID().toString();
		assertNamesWork(random + "😀".repeat(200 - random.length()), "😀".repeat(200));
	}

	private void assertNamesWork(String queue, String group) {
		Odd odd = new Odd();
		Application application = start(application().listener(odd)
			.with("test.odd-queue", queue)
			.with("test.odd-group", group)
			.with("queue.listener.retry.max-attempts", 2));
		String id = application.template().send(queue, "x");
		assertThat(odd.deliveries.await(2)).allSatisfy((delivery) -> {
			assertThat(delivery.queue()).isEqualTo(queue);
			assertThat(delivery.group()).isEqualTo(group);
		});
		QueueAdmin admin = application.admin();
		await().until(() -> admin.deadLetters(queue, group, PageRequest.first(10)).deadLetters().size() == 1);
		DeadLetter dead = admin.deadLetters(queue, group, PageRequest.first(10)).deadLetters().get(0);
		assertThat(dead.id()).isEqualTo(id);
		assertThat(admin.stats(queue, group).deadLetters().value()).isEqualTo(1);
		assertThat(admin.replay(queue, group, id)).isTrue();
		assertThat(odd.deliveries.await(3)).hasSize(3);
		await().until(() -> admin.stats(queue, group).pending().value() == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "tab\t", "nul\u0000", "line\n", "next line\u0085" })
	void impossibleNamesAreRefused(String name) {
		Application application = start(application());
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> application.template().send(name, "x"))
			.withMessageContaining("The name of a queue");
	}

	@Test
	void tooLongANameIsRefused() {
		Application application = start(application());
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> application.template().send("😀".repeat(201), "x"))
			.withMessageContaining("200 characters, not 201");
	}

	@Test
	void tenMegabytesArriveWhereTheyAreAllowed() {
		Large large = new Large();
		Application application = start(application().listener(large).with("queue.max-payload-size", "11MB"));
		String text = "0123456789abcdefghijklmnopqrst😀".repeat(10 * 1024 * 1024 / 34);
		application.template().send(this.queue, text);
		assertThat(large.received.await(1).get(0)).isEqualTo(text);
		assertThatExceptionOfType(PayloadTooLargeException.class)
			.isThrownBy(() -> application.template().sendAll(this.queue, List.of("x", text + text)));
		application.template().send(this.queue, "still there");
		assertThat(large.received.await(2).get(1)).isEqualTo("still there");
	}

	static final class Odd {

		final Received<Delivery> deliveries = new Received<>();

		@QueueListener(queue = "${test.odd-queue}", group = "${test.odd-group}")
		void on(String text, Delivery delivery) {
			this.deliveries.add(delivery);
			if (this.deliveries.all().size() <= 2) {
				throw new IllegalStateException("not yet");
			}
		}

	}

	static final class Large {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
