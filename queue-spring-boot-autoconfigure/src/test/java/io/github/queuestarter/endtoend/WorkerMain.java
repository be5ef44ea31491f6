package io.github.queuestarter.endtoend;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueOperations;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * An application process that handles messages until it is killed, and prints a line for
 * each: {@code handled <payload> <attempt> <crashes>}. Arguments are properties, as
 * {@code key=value}. A message {@code kill…} kills the process at once. With
 * {@code worker.ledger} it writes into a ledger instead, with {@code worker.ephemeral} it
 * reads for itself alone.
 */
final class WorkerMain {

	private WorkerMain() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		Map<String, String> properties = Stream.of(arguments)
			.map((argument) -> argument.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> pair[1]));
		long micros = Long.parseLong(properties.getOrDefault("worker.micros", "0"));
		Application.Builder builder = Application.on(new Backend("", properties))
			.listener(listener(properties, micros));
		properties.forEach(builder::with);
		builder.start();
		System.out.println("started");
		new CountDownLatch(1).await();
	}

	private static Object listener(Map<String, String> properties, long micros) {
		if (properties.containsKey("worker.ephemeral")) {
			return new OwnHandler(new Handler(System.out, micros));
		}
		return properties.containsKey("worker.ledger") ? new Bookkeeper(properties.get("worker.ledger"), micros)
				: new Handler(System.out, micros);
	}

	/**
	 * Handles the same way, and for this process alone.
	 */
	static final class OwnHandler {

		private final Handler handler;

		OwnHandler(Handler handler) {
			this.handler = handler;
		}

		@QueueListener(queue = "${test.queue}", ephemeral = true)
		void on(String payload, Delivery delivery) throws InterruptedException {
			this.handler.on(payload, delivery);
		}

	}

	static final class Handler {

		private final PrintStream out;

		private final long micros;

		private final CountDownLatch never = new CountDownLatch(1);

		Handler(PrintStream out, long micros) {
			this.out = out;
			this.micros = micros;
		}

		@QueueListener("${test.queue}")
		void on(String payload, Delivery delivery) throws InterruptedException {
			if (payload.startsWith("kill")) {
				synchronized (this.out) {
					this.out.println("dying " + payload + " " + delivery.attempt() + " " + delivery.crashes());
				}
				Runtime.getRuntime().halt(9);
			}
			if (this.micros > 0) {
				this.never.await(this.micros, TimeUnit.MICROSECONDS);
			}
			synchronized (this.out) {
				this.out.println("handled " + payload + " " + delivery.attempt() + " " + delivery.crashes());
			}
		}

	}

	/**
	 * Writes a message into the ledger and sends it on. The first attempt of some fails
	 * after that.
	 */
	static final class Bookkeeper {

		private final String name;

		private final long micros;

		private final CountDownLatch never = new CountDownLatch(1);

		private JdbcTemplate jdbc;

		private QueueOperations template;

		Bookkeeper(String name, long micros) {
			this.name = name;
			this.micros = micros;
		}

		@Autowired
		void application(JdbcTemplate jdbc, QueueOperations template) {
			this.jdbc = jdbc;
			this.template = template;
		}

		@QueueListener("${test.queue}")
		void on(String payload, Delivery delivery) throws InterruptedException {
			new Ledger(this.jdbc, this.name).add(payload, delivery.crashes());
			this.template.send(this.name + "-next", payload);
			this.never.await(ThreadLocalRandom.current().nextLong(2 * this.micros + 1), TimeUnit.MICROSECONDS);
			if (payload.endsWith("7") && delivery.attempt() == 1) {
				throw new IllegalStateException("not now");
			}
		}

	}

}
