package io.github.queuestarter.redis;

import java.util.function.Supplier;

import io.github.queuestarter.store.MessageSource;
import org.jspecify.annotations.Nullable;

/**
 * Receives the messages of one group: new ones on a thread of its own, due ones on that
 * of the {@link DuePoller}.
 */
final class RedisSource implements MessageSource {

	private final Supplier<Run> runs;

	private final DuePoller duePoller;

	private @Nullable Run run;

	RedisSource(Supplier<Run> runs, DuePoller duePoller) {
		this.runs = runs;
		this.duePoller = duePoller;
	}

	@Override
	public synchronized void start() {
		if (this.run == null) {
			this.run = this.runs.get();
			this.run.polling().start();
			this.duePoller.add(this.run.dueMessages());
		}
	}

	@Override
	public synchronized void stop() {
		if (this.run != null) {
			this.duePoller.remove(this.run.dueMessages());
			this.run.polling().stop();
			this.run.inlet().shut();
			this.run = null;
		}
	}

	/**
	 * What works from one start to the next stop.
	 */
	record Run(StreamPolling polling, DueMessages dueMessages, Inlet inlet) {
	}

}
