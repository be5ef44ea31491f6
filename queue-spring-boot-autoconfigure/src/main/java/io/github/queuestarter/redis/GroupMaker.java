package io.github.queuestarter.redis;

import java.util.List;

import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.store.Subscription;

/**
 * Makes groups, and makes them again when they are lost.
 */
final class GroupMaker {

	private static final String DEFAULT_GROUP = "default";

	private final RedisCalls calls;

	private final Keyspace keyspace;

	private final QueueNames names;

	private final Events events;

	private final Positions positions;

	GroupMaker(RedisCalls calls, Keyspace keyspace, QueueNames names, Events events) {
		this.calls = calls;
		this.keyspace = keyspace;
		this.names = names;
		this.events = events;
		this.positions = new Positions(calls);
	}

	/**
	 * Make the group if it is not there.
	 * @param seen whether the caller has seen it before: then it was lost, and starts
	 * with the oldest message that may be unfinished
	 * @return whether the group is paused
	 */
	boolean make(Subscription subscription, boolean seen) {
		String queue = subscription.queue();
		String group = subscription.group();
		GroupKeys keys = this.keyspace.queue(queue).group(group);
		// The search for a message walks over the stream, and a group that is made again
		// does not ask for it
		String from = seen ? Positions.EARLIEST : this.positions.find(keys.queue(), subscription.startFrom());
		Reply reply = this.calls.eval(ScriptCall.of(RedisScript.MAKE_GROUP,
				List.of(keys.log().stream(), keys.queue().groups(), keys.log().retry(), keys.log().attempts(),
						keys.replayed().stream(), keys.replayed().retry()),
				keys.groupBytes(), (from != null) ? from : Positions.EARLIEST, subscription.application(),
				seen ? 1 : 0));
		if (reply.text(0).equals("made-again")) {
			this.events.groupMadeAgain(queue, group, reply.text(1));
		}
		if (reply.text(0).equals("made") && from == null) {
			this.events
				.warn("Group '%s' of queue '%s' was to start at message '%s', which is not kept any more. It starts"
					.formatted(group, queue, subscription.startFrom()) + " with the oldest one.");
		}
		String maker = reply.text(2);
		if (!seen && group.equals(DEFAULT_GROUP) && !maker.equals(subscription.application())) {
			this.events.warn(("Group '%s' of queue '%s' is read by application '%s' and was made by '%s': "
					+ "they share its messages. Name another group if each shall have all.")
				.formatted(group, queue, subscription.application(), maker));
		}
		this.names.add(queue);
		return reply.flag(3);
	}

}
