package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The one thread of a store that brings due messages to all its sources.
 */
final class DuePoller {

	/**
	 * The part of the interval by which a look may come early, so that those of all
	 * sources come together.
	 */
	private static final int EARLY = 4;

	private final RedisCalls calls;

	private final Duration pollInterval;

	private final List<DueMessages> sources = new CopyOnWriteArrayList<>();

	private final Alarm alarm = new Alarm();

	private volatile boolean closed;

	private @Nullable Thread thread;

	DuePoller(RedisCalls calls, Duration pollInterval) {
		this.calls = calls;
		this.pollInterval = pollInterval;
	}

	synchronized void add(DueMessages source) {
		this.sources.add(source);
		if (this.thread == null && !this.closed) {
			this.thread = new Thread(this::run, "queue-redis-due");
			this.thread.setDaemon(true);
			this.thread.start();
		}
		this.alarm.ring(Duration.ZERO);
	}

	void remove(DueMessages source) {
		this.sources.remove(source);
	}

	/**
	 * Look at a group after this long, because a message of it will then be due.
	 */
	void lookAtGroup(String queue, String group, Duration after) {
		look((source) -> source.receives(queue, group), after);
	}

	/**
	 * Look at all groups of a queue after this long, because a scheduled message will
	 * then be due.
	 */
	void lookAtQueue(String queue, Duration after) {
		look((source) -> source.receives(queue), after);
	}

	/**
	 * Tell the sources of a group that it is paused or goes on.
	 */
	void pause(String queue, String group, boolean paused) {
		each((source) -> source.receives(queue, group), (source) -> source.pause(paused));
	}

	/**
	 * What someone should look into.
	 */
	List<String> findings() {
		return this.sources.stream().map(DueMessages::finding).filter(Objects::nonNull).toList();
	}

	/**
	 * End the thread, and wait a moment for it.
	 */
	synchronized void close() {
		this.closed = true;
		this.alarm.ring(Duration.ZERO);
		Thread running = this.thread;
		if (running != null && running != Thread.currentThread()) {
			try {
				running.join(Duration.ofSeconds(1).toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void look(Predicate<DueMessages> which, Duration after) {
		if (after.compareTo(this.pollInterval) <= 0) {
			each(which, (source) -> source.lookWithin(after));
			this.alarm.ring(after);
		}
	}

	private void each(Predicate<DueMessages> which, Consumer<DueMessages> action) {
		this.sources.stream().filter(which).forEach(action);
	}

	private void run() {
		while (!this.closed) {
			Duration next = this.pollInterval;
			if (this.sources.size() > 1
					&& this.sources.stream().anyMatch((source) -> source.isTimeToLook(Duration.ZERO))) {
				lookAhead();
			}
			for (DueMessages source : this.sources) {
				Duration wanted = look(source);
				next = (wanted.compareTo(next) < 0) ? wanted : next;
			}
			try {
				this.alarm.await(next);
			}
			catch (InterruptedException ex) {
				// Nothing but close() ends this thread
			}
		}
	}

	// Where nothing is due, as nearly always, one call for all sources tells it
	private void lookAhead() {
		Map<DueMessages, ScriptCall> looks = new LinkedHashMap<>();
		try {
			for (DueMessages source : this.sources) {
				ScriptCall look = source.lookAhead(this.pollInterval.dividedBy(EARLY));
				if (look != null) {
					looks.put(source, look);
				}
			}
			if (!looks.isEmpty()) {
				Iterator<Answer> answers = this.calls.evalEach(List.copyOf(looks.values())).iterator();
				looks.keySet().forEach((source) -> sawAhead(source, answers.next()));
			}
		}
		catch (Throwable ex) {
			// Each looks for itself, and tells what is wrong
			looks.keySet().forEach(DueMessages::sawNothing);
		}
	}

	private static void sawAhead(DueMessages source, Answer answer) {
		if (answer.refusal() == null) {
			source.sawAhead(answer.replyOrThrow());
		}
		else {
			source.sawNothing();
		}
	}

	// One source that fails beyond its own care must not end the thread of all
	private Duration look(DueMessages source) {
		try {
			return source.look();
		}
		catch (Throwable ex) {
			return this.pollInterval;
		}
	}

}
