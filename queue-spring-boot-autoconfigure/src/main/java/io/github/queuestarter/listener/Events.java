package io.github.queuestarter.listener;

import java.util.List;
import java.util.function.Supplier;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.BeansException;
import org.springframework.util.function.SingletonSupplier;

/**
 * Passes events on to all observers; one that fails does no harm to the others.
 */
public final class Events implements QueueObserver {

	private static final Log logger = LogFactory.getLog(Events.class);

	private final Supplier<List<QueueObserver>> observers;

	/**
	 * Create.
	 * @param observers asked at the first event, as observers may need what tells events
	 */
	public Events(Supplier<List<QueueObserver>> observers) {
		this.observers = SingletonSupplier.of(observers);
	}

	private List<QueueObserver> observers(QueueEvent event) {
		try {
			return this.observers.get();
		}
		catch (BeansException ex) {
			// while the application starts: they are in the making themselves
			logger.warn(event + " was not observed, because observers are not there yet", ex);
			return List.of();
		}
	}

	@Override
	public void on(QueueEvent event) {
		for (QueueObserver observer : observers(event)) {
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
