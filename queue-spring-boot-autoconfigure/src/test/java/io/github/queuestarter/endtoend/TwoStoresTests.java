package io.github.queuestarter.endtoend;

import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueAdmin;
import io.github.queuestarter.listener.ListenerState;
import io.github.queuestarter.listener.QueueListenerRegistry;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An application with Redis and Postgres, whose queues say where they live.
 */
class TwoStoresTests extends EndToEndTest {

	@Override
	Backend backend() {
		return Backend.redis();
	}

	private Application.Builder withBoth() {
		Application.Builder builder = application();
		Backend.postgres(TestServers.postgres()).properties().forEach(builder::with);
		return builder.with("spring.autoconfigure.exclude", "").with("queue.backend", "");
	}

	@Test
	void queueLivesWhereItsListenerOrItsKeySays() {
		Spread spread = new Spread();
		Application application = start(
				withBoth().listener(spread).with("queue.queues.[" + this.queue + "-key].backend", "postgres"));
		application.template().send(this.queue + "-redis", "redis");
		application.template().send(this.queue + "-postgres", "postgres");
		application.template().send(this.queue + "-key", "key");
		assertThat(spread.received.await(3)).containsExactlyInAnyOrder("redis", "postgres", "key");
		QueueAdmin admin = application.admin();
		assertThat(admin.stats(this.queue + "-redis", "default").backend()).isEqualTo("redis");
		assertThat(admin.stats(this.queue + "-postgres", "default").backend()).isEqualTo("postgres");
		assertThat(admin.stats(this.queue + "-key", "default").backend()).isEqualTo("postgres");
		assertThat(application.bean(QueueListenerRegistry.class).states()).extracting(ListenerState::id)
			.containsExactlyInAnyOrder("on redis", this.queue + "-postgres/default", this.queue + "-key/default");
	}

	@Test
	void sendToAQueueOfWhichNobodySaidWhereItLivesIsRefusedWithTheKey() {
		Application application = start(withBoth());
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> application.template().send(this.queue, "x"))
			.withMessageContaining(this.queue)
			.withMessageContaining("postgres")
			.withMessageContaining("redis");
	}

	@Test
	void listenersThatDisagreeOnAStoreStopTheStart() {
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> start(withBoth().listener(new Disagreeing())))
			.withMessageContaining(this.queue)
			.withMessageContaining("'redis'")
			.withMessageContaining("'postgres'");
	}

	static final class Spread {

		final Received<String> received = new Received<>();

		@QueueListener(queue = "${test.queue}-redis", backend = "redis", id = "on redis")
		void redis(String text) {
			this.received.add(text);
		}

		@QueueListener(queue = "${test.queue}-postgres", backend = "postgres")
		void postgres(String text) {
			this.received.add(text);
		}

		@QueueListener("${test.queue}-key")
		void key(String text) {
			this.received.add(text);
		}

	}

	static final class Disagreeing {

		@QueueListener(queue = "${test.queue}", group = "one", backend = "redis")
		void one(String text) {
		}

		@QueueListener(queue = "${test.queue}", group = "two", backend = "postgres")
		void two(String text) {
		}

	}

}
