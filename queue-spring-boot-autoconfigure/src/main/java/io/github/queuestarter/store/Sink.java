package io.github.queuestarter.store;

import java.time.Duration;
import java.util.List;

/**
 * Takes the messages that a {@link MessageSource} receives. New messages and due ones
 * (retries, rescued, released and replayed messages) have room of their own, so that
 * neither starves.
 */
public interface Sink {

	/**
	 * The consumer to claim as right now. It changes when the instance found itself
	 * fenced.
	 */
	String consumer();

	/**
	 * Wait until there is room for new messages. To be called by one thread only, which
	 * then claims at most as many and hands them over.
	 * @param patience how long to wait
	 * @return for how many there is room; 0 if the time passed, or nothing may be claimed
	 * now
	 */
	int awaitRoom(Duration patience) throws InterruptedException;

	/**
	 * Take new messages; never waits.
	 */
	void acceptNew(List<ClaimedMessage> messages);

	/**
	 * How many due messages may be claimed now; never waits. To be called by one thread
	 * only, which then claims at most as many and hands them over.
	 */
	Room roomForDue();

	/**
	 * Take due messages; never waits.
	 */
	void acceptDue(List<ClaimedMessage> messages);

	/**
	 * Whether this instance knows that it holds a message. What the store says that the
	 * consumer holds, and this does not know, is the trace of a lost claim answer: the
	 * thread that claims releases it.
	 */
	boolean holds(Receipt receipt);

	/**
	 * To be called after each poll that the store answered, whether or not it had
	 * messages.
	 */
	void pollSucceeded();

	/**
	 * To be called after each poll that failed.
	 * @return how long to wait before the next one
	 */
	Duration pollFailed(Throwable cause);

	/**
	 * Room for due messages.
	 *
	 * @param messages how many in all
	 * @param suspects how many of them may be messages whose consumer died
	 * ({@code crashes > 0}); they must not wait behind others
	 */
	record Room(int messages, int suspects) {
	}

}
