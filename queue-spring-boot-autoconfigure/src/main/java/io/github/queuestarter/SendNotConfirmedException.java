package io.github.queuestarter;

import java.util.List;

/**
 * Messages were sent, but too few replicas of the store have confirmed in time that they
 * have them. They are delivered unless the server that has them is lost before a replica
 * gets them.
 */
public class SendNotConfirmedException extends QueueStoreException {

	private final List<String> ids;

	public SendNotConfirmedException(String message, List<String> ids) {
		super(message, null);
		this.ids = List.copyOf(ids);
	}

	/**
	 * The ids of the messages that are not confirmed. All others that were to be sent by
	 * the same call are.
	 */
	public List<String> getIds() {
		return this.ids;
	}

}
