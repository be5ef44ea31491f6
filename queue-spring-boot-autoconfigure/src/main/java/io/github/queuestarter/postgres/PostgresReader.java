package io.github.queuestarter.postgres;

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

	PostgresReader(SourceParts parts, PostgresStore.Settings settings) {
		this.parts = parts;
		this.settings = settings;
	}

	@Override
	public MessageSource open(Subscription subscription, Sink sink) {
		return new PostgresSource(subscription, sink, this.parts, this.settings);
	}

}
