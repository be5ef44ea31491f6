package io.github.queuestarter.postgres;

import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.MessageSource;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Sink;
import io.github.queuestarter.store.Subscription;

/**
 * Opens sources.
 */
final class PostgresReader implements Reader {

	private final SourceParts parts;

	private final PostgresStore.Settings settings;

	private final QueueObserver observer;

	PostgresReader(SourceParts parts, PostgresStore.Settings settings, QueueObserver observer) {
		this.parts = parts;
		this.settings = settings;
		this.observer = observer;
	}

	@Override
	public MessageSource open(Subscription subscription, Sink sink) {
		if (subscription.ephemeral()) {
			return new EphemeralSource(subscription, sink, this.parts, this.settings, this.observer);
		}
		return new PostgresSource(subscription, sink, this.parts, this.settings);
	}

}
