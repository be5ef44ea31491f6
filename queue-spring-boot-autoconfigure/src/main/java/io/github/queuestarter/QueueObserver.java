package io.github.queuestarter;

/**
 * Sees every event of sending and receiving once. Beans of this type are called on the
 * thread where the event happens, so they must be quick; what they throw is logged and
 * otherwise ignored.
 */
@FunctionalInterface
public interface QueueObserver {

	/**
	 * Called for each event.
	 */
	void on(QueueEvent event);

}
