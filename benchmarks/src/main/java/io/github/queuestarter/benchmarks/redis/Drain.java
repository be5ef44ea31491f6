package io.github.queuestarter.benchmarks.redis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.github.queuestarter.benchmarks.Check;
import io.github.queuestarter.benchmarks.Contender;
import io.github.queuestarter.benchmarks.Crew;
import io.github.queuestarter.benchmarks.Handled;
import io.github.queuestarter.benchmarks.Scenario;
import io.github.queuestarter.benchmarks.starter.CpuClock;
import io.github.queuestarter.benchmarks.starter.Ours;

/**
 * One instance and one listener empty a full queue. What is finished is removed after
 * that, or meanwhile.
 */
final class Drain {

	static final String OURS = "ours";

	private static final String REMOVING = "ours, removing";

	static final String RAW = "raw Lettuce";

	static final String RAW_DELETING = "raw Lettuce, deleting";

	private static final String CONTAINER = "container";

	private static final String FOUR_CONTAINERS = "container, 4 subscriptions";

	private static final long LOOK_AGAIN_NANOS = 2_000_000;

	private final Server server;

	private final int messages;

	private Drain(Server server, int messages) {
		this.server = server;
		this.messages = messages;
	}

	static Scenario scenario(Server server, int messages) {
		Drain drain = new Drain(server, messages);
		return Scenario.of("drain", "How fast does one instance empty a full queue?",
				List.of(new Contender(OURS, () -> drain.ours(Map.of())),
						new Contender(RAW, () -> raw(server, messages, 1, false)),
						new Contender(REMOVING, () -> drain.ours(Map.of("queue.housekeeping.interval", "200ms"))),
						new Contender(RAW_DELETING, () -> raw(server, messages, 1, true)),
						new Contender(CONTAINER, () -> drain.container(1)),
						new Contender(FOUR_CONTAINERS, () -> drain.container(4))),
				List.of(Check.ratio(CpuClock.RATE, OURS, RAW, 0.7),
						Check.ratio(CpuClock.RATE, REMOVING, RAW_DELETING, 0.85),
						Check.ratio(CpuClock.RATE, OURS, CONTAINER, 6),
						Check.ratio(CpuClock.RATE, OURS, FOUR_CONTAINERS, 2.5)));
	}

	private Map<String, Double> ours(Map<String, Object> settings) throws Exception {
		Handled handled = new Handled(this.messages);
		try (Keys keys = this.server.fresh();
				Ours ours = Ours.start(keys, (order) -> handled.add(order.fromZero()), settings)) {
			ours.send(0, this.messages);
			CpuClock cpu = new CpuClock(this.server);
			ours.listen();
			double rate = Ours.awaitDone(keys, handled);
			if (!settings.isEmpty()) {
				while (keys.length() > 0) {
					LockSupport.parkNanos(LOOK_AGAIN_NANOS);
				}
				rate = handled.rateUntilNow();
			}
			Map<String, Double> figures = cpu.with(rate, this.messages);
			ours.requireNothingLeft();
			return figures;
		}
	}

	/**
	 * Fill a stream and empty it in plain Lettuce.
	 * @param consumers by how many at the same time
	 */
	static Map<String, Double> raw(Server server, int messages, int consumers, boolean deletes) throws Exception {
		Handled handled = new Handled(messages);
		try (Keys keys = server.fresh(); RawStream stream = new RawStream(keys.server())) {
			stream.createGroup();
			stream.fill(0, messages);
			CpuClock cpu = new CpuClock(server);
			Crew.work(consumers, () -> raw(keys, handled, deletes));
			handled.requireEachOnce();
			return cpu.with(handled.rateUntilNow(), messages);
		}
	}

	private static boolean raw(Keys keys, Handled handled, boolean deletes) throws Exception {
		try (RawStream stream = new RawStream(keys.server())) {
			while (stream.handleBatch(handled, deletes) > 0) {
				// until nothing comes
			}
			return handled.isComplete();
		}
	}

	private Map<String, Double> container(int subscriptions) throws Exception {
		// one at a time is slow
		int few = this.messages / 4;
		Handled handled = new Handled(few);
		try (Keys keys = this.server.fresh(); RawStream stream = new RawStream(keys.server())) {
			stream.fill(0, few);
			CpuClock cpu = new CpuClock(this.server);
			try (Container container = new Container(keys, subscriptions, handled)) {
				handled.await();
				container.awaitNothingHeld();
				handled.requireEachOnce();
				return cpu.with(handled.rateUntilNow(), few);
			}
		}
	}

}
