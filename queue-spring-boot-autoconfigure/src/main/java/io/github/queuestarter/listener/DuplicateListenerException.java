package io.github.queuestarter.listener;

import io.github.queuestarter.QueueException;
import io.github.queuestarter.store.Subscription;

/**
 * Two methods listen to the same queue as the same group in one application.
 */
public class DuplicateListenerException extends QueueException {

	DuplicateListenerException(String queue, String group, String first, String second) {
		super("Queue '" + queue + "', group '" + group + "' has two listeners in this application: " + first + " and "
				+ second + ". " + why(group));
	}

	private static String why(String group) {
		return group.equals(Subscription.EPHEMERAL) ? "Each would have every message; let one method do what both do."
				: "They would share the messages at random.";
	}

}
