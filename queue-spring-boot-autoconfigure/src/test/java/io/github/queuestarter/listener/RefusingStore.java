package io.github.queuestarter.listener;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Settlement;
import io.github.queuestarter.store.Settlements;

/**
 * A store that refuses on command, which no real one does. It settles and answers pings;
 * whatever else it is asked is an error of the test.
 */
record RefusingStore(Function<List<Settlement>, List<ClaimedMessage>> settle, Runnable ping) implements QueueStore {

	@Override
	public String backend() {
		return "refusing";
	}

	@Override
	public Duration longestCall() {
		return Duration.ZERO;
	}

	@Override
	public Settlements settlements() {
		return new Settlements() {

			@Override
			public List<ClaimedMessage> settle(List<Settlement> settlements) {
				return RefusingStore.this.settle.apply(settlements);
			}

			@Override
			public boolean runsAlone(ClaimedMessage message) {
				throw new AssertionError("not asked for");
			}

		};
	}

	@Override
	public Administration administration() {
		return (Administration) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Administration.class }, (proxy, method, arguments) -> {
					assert method.getName().equals("ping");
					this.ping.run();
					return null;
				});
	}

	@Override
	public Appender appender() {
		throw new AssertionError("not asked for");
	}

	@Override
	public Reader reader() {
		throw new AssertionError("not asked for");
	}

	@Override
	public HandlerTransactions handlerTransactions() {
		throw new AssertionError("not asked for");
	}

	@Override
	public Consumers consumers() {
		throw new AssertionError("not asked for");
	}

	@Override
	public Housekeeping housekeeping() {
		throw new AssertionError("not asked for");
	}

	@Override
	public void close() {
	}

}
