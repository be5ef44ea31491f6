package io.github.queuestarter.listener;

import io.github.queuestarter.QueueException;

/**
 * Two methods listen to the same queue as the same group in one application.
 */
public class DuplicateListenerException extends QueueException {

	DuplicateListenerException(String queue, String group, String first, String second) {
		super("Queue '" + queue + "', group '" + group + "' has two listeners in this application: " + first + " and "
				+ second + ". They would share the messages at random.");
	}

}
