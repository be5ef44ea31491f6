package io.github.queuestarter.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import io.github.queuestarter.store.OutgoingMessage;

/**
 * Messages that fit into one statement: all to be delivered now, or all scheduled.
 *
 * @param scheduled whether they are scheduled
 * @param messages the messages, in order
 * @param payloads their payloads as they are stored
 */
record AppendBatch(boolean scheduled, List<OutgoingMessage> messages, List<String> payloads) {

	private static final int MOST_MESSAGES = 5000;

	private static final long MOST_CHARACTERS = 8L * 1024 * 1024;

	static List<AppendBatch> split(List<OutgoingMessage> messages) {
		List<AppendBatch> batches = new ArrayList<>();
		AppendBatch current = null;
		long characters = 0;
		for (OutgoingMessage message : messages) {
			StorableText.require(message.queue(), "Queue name");
			String payload = PayloadColumns.text(message.payload(), message.queue());
			characters += payload.length();
			if (current == null || current.scheduled != message.scheduled() || current.messages.size() == MOST_MESSAGES
					|| characters > MOST_CHARACTERS) {
				current = new AppendBatch(message.scheduled(), new ArrayList<>(), new ArrayList<>());
				batches.add(current);
				characters = payload.length();
			}
			current.messages.add(message);
			current.payloads.add(payload);
		}
		return batches;
	}

	/**
	 * The queues, for people.
	 */
	String queues() {
		TreeSet<String> names = new TreeSet<>();
		this.messages.forEach((message) -> names.add(message.queue()));
		return "'" + String.join("', '", names) + "'";
	}

}
