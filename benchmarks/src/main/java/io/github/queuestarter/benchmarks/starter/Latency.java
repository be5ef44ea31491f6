package io.github.queuestarter.benchmarks.starter;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Order;
import io.github.queuestarter.benchmarks.Scenario;

/**
 * Messages from one application to another that has nothing else to do, 200 a second or
 * so seldom that it rests in between: from before the send to the handler. The floor is
 * what it takes to store a message.
 */
public final class Latency {

	private static final int ROUNDS = 2;

	private static final int PER_SECOND = 200;

	/**
	 * A listener looks ever less often, and after two seconds waits to be woken.
	 */
	private static final double SELDOM_PER_SECOND = 1 / 3.0;

	private static final String P50 = "p50, ms";

	private static final String P99 = "p99, ms";

	private final MeasuredServer server;

	private final int warmUp;

	private final int messages;

	private final long nanosBetween;

	private Latency(MeasuredServer server, double perSecond, int warmUp, int messages) {
		this.server = server;
		this.nanosBetween = (long) (1e9 / perSecond);
		this.warmUp = warmUp;
		this.messages = messages;
	}

	/**
	 * The scenario.
	 * @param name of the contender that only stores messages
	 * @param floor makes what it stores them with
	 * @param p50 how many milliseconds half of the messages may take
	 * @param p99 how many 99 of 100 may take
	 */
	public static Scenario scenario(MeasuredServer server, int seconds, String name, Callable<Storage> floor,
			double p50, double p99) {
		// at this rate the compiler takes its time
		Latency latency = new Latency(server, PER_SECOND, 2 * seconds * PER_SECOND, seconds * PER_SECOND);
		return Scenario.atMost(ROUNDS, "latency", "How long from send to handler at 200 messages a second?",
				List.of(new Contender("ours", latency::ours), new Contender(name, () -> latency.measure(floor))),
				List.of(Check.atMost(P50, "ours", p50), Check.atMost(P99, "ours", p99)));
	}

	/**
	 * The scenario of messages that come seldom.
	 * @param most how many milliseconds 99 of 100 may take
	 */
	public static Scenario seldom(MeasuredServer server, int seconds, double most) {
		Latency latency = new Latency(server, SELDOM_PER_SECOND, seconds / 5, 2 * seconds);
		return Scenario.atMost(1, "wake-up", "How long from send to a listener that rests?",
				List.of(new Contender("ours", latency::ours)), List.of(Check.atMost(P99, "ours", most)));
	}

	private Map<String, Double> ours() throws Exception {
		Handled handled = new Handled(this.warmUp + this.messages);
		ConcurrentLinkedQueue<Long> ages = new ConcurrentLinkedQueue<>();
		try (Home home = this.server.fresh(); Ours receiver = Ours.start(home, (order) -> {
			long age = order.ageNanos();
			if (order.fromZero() >= this.warmUp) {
				ages.add(age);
			}
			handled.add(order.fromZero());
		}, Map.of()); Ours sender = Ours.start(home)) {
			receiver.listen();
			paced(this.warmUp + this.messages, (number) -> sender.template().send(Ours.QUEUE, Order.of(number)));
			Ours.awaitDone(home, handled);
			return percentiles(ages.stream().mapToLong(Long::longValue).toArray());
		}
	}

	private Map<String, Double> measure(Callable<Storage> floor) throws Exception {
		long[] times = new long[this.messages];
		try (Storage storage = floor.call()) {
			paced(this.messages, (number) -> {
				String json = Order.json(number);
				long began = System.nanoTime();
				storage.store(json);
				times[number] = System.nanoTime() - began;
			});
		}
		return percentiles(times);
	}

	private void paced(int count, Sending sending) throws Exception {
		long began = System.nanoTime();
		for (int number = 0; number < count; number++) {
			long at = began + number * this.nanosBetween;
			for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			sending.send(number);
		}
	}

	private static Map<String, Double> percentiles(long[] nanos) {
		long[] sorted = nanos.clone();
		Arrays.sort(sorted);
		Map<String, Double> percentiles = new LinkedHashMap<>();
		percentiles.put(P50, sorted[sorted.length / 2] / 1e6);
		percentiles.put(P99, sorted[(int) (sorted.length * 0.99)] / 1e6);
		return percentiles;
	}

	/**
	 * Stores messages, one at a time.
	 */
	public interface Storage extends AutoCloseable {

		/**
		 * Store a message and wait until it is stored.
		 */
		void store(String json) throws Exception;

	}

	@FunctionalInterface
	private interface Sending {

		void send(int number) throws Exception;

	}

}
