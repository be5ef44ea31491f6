package io.github.queuestarter.core;

import java.util.Collection;
import java.util.List;

import io.github.queuestarter.QueueException;
import org.jspecify.annotations.Nullable;

/**
 * It can't be told which store a queue lives in.
 */
public class StoreSelectionException extends QueueException {

	private final String queue;

	private final @Nullable String wanted;

	private final List<String> present;

	StoreSelectionException(String queue, @Nullable String wanted, Collection<String> present) {
		super(message(queue, wanted, present));
		this.queue = queue;
		this.wanted = wanted;
		this.present = List.copyOf(present);
	}

	/**
	 * The queue.
	 */
	public String getQueue() {
		return this.queue;
	}

	/**
	 * The store that is named for the queue, or {@code null}.
	 */
	public @Nullable String getWanted() {
		return this.wanted;
	}

	/**
	 * The stores that the application has.
	 */
	public List<String> getPresent() {
		return this.present;
	}

	private static String message(String queue, @Nullable String wanted, Collection<String> present) {
		if (wanted != null) {
			return "Queue '" + queue + "' is to live in '" + wanted + "', but this application has "
					+ (present.isEmpty() ? "no store" : "only " + String.join(", ", present));
		}
		if (present.isEmpty()) {
			return "Queue '" + queue + "' has no store: this application has neither a Redis connection nor a Postgres"
					+ " DataSource";
		}
		return "Queue '" + queue + "' has " + present.size() + " possible stores (" + String.join(", ", present) + ")";
	}

}
