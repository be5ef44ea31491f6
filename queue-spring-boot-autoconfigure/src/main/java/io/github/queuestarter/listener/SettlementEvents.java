package io.github.queuestarter.listener;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueEvent.Settled.Kind;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.ClaimedMessage;
import io.github.queuestarter.store.Receipt;
import io.github.queuestarter.store.Settlement;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells what becomes of the settlements of one listener. May be used by any thread.
 */
final class SettlementEvents {

	private static final Log logger = LogFactory.getLog(SettlementEvents.class);

	private final String backend;

	private final String queue;

	private final String group;

	private final QueueObserver observer;

	private final Consumer<ClaimedMessage> settled;

	/**
	 * What may be settled already, by a transaction whose commit was not confirmed.
	 */
	private final Set<Receipt> doubtful = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean any = new AtomicBoolean();

	/**
	 * Create.
	 * @param settled called for each message that is settled, or turned out not to be
	 * held any more
	 */
	SettlementEvents(String backend, String queue, String group, QueueObserver observer,
			Consumer<ClaimedMessage> settled) {
		this.backend = backend;
		this.queue = queue;
		this.group = group;
		this.observer = observer;
		this.settled = settled;
	}

	/**
	 * The store has taken settlements.
	 * @param stale the messages that were not held any more
	 */
	void done(List<Settlement> batch, List<ClaimedMessage> stale) {
		Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
		List<String> tooLate = new ArrayList<>();
		for (Settlement settlement : batch) {
			ClaimedMessage message = settlement.message();
			boolean doubted = this.doubtful.remove(message.receipt());
			if (stale.isEmpty() || !stale.contains(message)) {
				counts.merge(kindOf(settlement), 1, Integer::sum);
				if (doubted) {
					failed(settlement);
				}
			}
			else if (doubted) {
				logger.info("The commit of message " + message.id() + " of queue '" + this.queue
						+ "' was not confirmed, but has gone through");
			}
			else {
				tooLate.add(message.id());
			}
			this.settled.accept(message);
		}
		this.any.set(true);
		counts.forEach((kind, count) -> this.observer
			.on(new QueueEvent.Settled(this.backend, this.queue, this.group, kind, count)));
		if (!tooLate.isEmpty()) {
			this.observer.on(new QueueEvent.Stale(this.backend, this.queue, this.group, tooLate));
		}
	}

	/**
	 * The store has not taken settlements.
	 */
	void notDone(int count, Throwable cause) {
		this.observer.on(new QueueEvent.FlushFailed(this.backend, this.queue, this.group, count, cause));
	}

	/**
	 * An attempt failed, if that is why a message is settled like this.
	 */
	void failed(Settlement settlement) {
		Delivery delivery = settlement.message().delivery();
		if (settlement instanceof Settlement.Retry retry) {
			this.observer.on(new QueueEvent.Failed(this.backend, delivery, retry.failure(), false));
		}
		else if (settlement instanceof Settlement.Bury bury) {
			this.observer.on(new QueueEvent.Failed(this.backend, delivery, bury.failure(), true));
		}
	}

	/**
	 * A message may be settled already. The next settlement tells: of a failure if it
	 * finds the message held, and otherwise it was not stale.
	 */
	void doubt(ClaimedMessage message) {
		this.doubtful.add(message.receipt());
	}

	/**
	 * Whether anything was done since this was asked last.
	 */
	boolean anyDone() {
		return this.any.getAndSet(false);
	}

	private static Kind kindOf(Settlement settlement) {
		if (settlement instanceof Settlement.Ack) {
			return Kind.ACK;
		}
		if (settlement instanceof Settlement.Retry) {
			return Kind.RETRY;
		}
		return (settlement instanceof Settlement.Release) ? Kind.RELEASE : Kind.BURY;
	}

}
