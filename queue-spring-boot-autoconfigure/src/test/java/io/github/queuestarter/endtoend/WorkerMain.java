package io.github.queuestarter.endtoend;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;

/**
 * An application process that handles messages until it is killed, and prints a line for
 * each: {@code handled <payload> <attempt> <crashes>}. Arguments are properties, as
 * {@code key=value}. A message {@code kill…} kills the process at once.
 */
final class WorkerMain {

	private WorkerMain() {
	}

	public static void main(String[] arguments) throws InterruptedException {
		Map<String, String> properties = Stream.of(arguments)
			.map((argument) -> argument.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> pair[1]));
		Application.Builder builder = Application.on(new Backend("", properties))
			.listener(new Handler(System.out, Long.parseLong(properties.getOrDefault("worker.micros", "0"))));
		properties.forEach(builder::with);
		builder.start();
		System.out.println("started");
		new CountDownLatch(1).await();
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

}
