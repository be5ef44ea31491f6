package io.github.queuestarter.listener;

import java.util.List;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Passes events on to all observers; one that fails does no harm to the others.
 */
public final class Events implements QueueObserver {

	private static final Log logger = LogFactory.getLog(Events.class);

	private final List<QueueObserver> observers;

	public Events(List<QueueObserver> observers) {
		this.observers = List.copyOf(observers);
	}

	@Override
	public void on(QueueEvent event) {
		for (QueueObserver observer : this.observers) {
			try {
				observer.on(event);
			}
			catch (RuntimeException | Error ex) {
				logger.warn(
						"Observer " + observer.getClass().getName() + " failed on " + event.getClass().getSimpleName(),
						ex);
			}
		}
	}

}
