package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import io.github.queuestarter.GroupStats;
import io.github.queuestarter.QueueException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/**
 * Gives a test a queue of its own and closes what it starts.
 */
abstract class EndToEndTest {

	private final List<Application> started = new ArrayList<>();

	final String queue = "e2e-" + UUID.randomUUID();

	abstract Backend backend();

	/**
	 * An application that knows the queue of this test as {@code ${test.queue}}.
	 */
	final Application.Builder application() {
		return Application.on(backend()).with("test.queue", this.queue);
	}

	final Application start(Application.Builder builder) {
		Application application = builder.start();
		this.started.add(application);
		return application;
	}

	/**
	 * Start an application that listens.
	 */
	final Application start(Object listener) {
		return start(application().listener(listener));
	}

	/**
	 * Whether the default group has nothing left, as of one moment: asked one after the
	 * other, a message may be on its way from one number to the other.
	 */
	static boolean isDone(Application application, String queue) {
		GroupStats stats = application.admin().stats(queue, "default");
		return stats.ready().value() == 0 && stats.pending().value() == 0;
	}

	/**
	 * Wait for what is to become true. To ask for a group that its listener has not made
	 * yet is no failure.
	 */
	static ConditionFactory await() {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(20))
			.ignoreExceptionsInstanceOf(QueueException.class);
	}

	@AfterEach
	void closeWhatWasStarted() {
		Collections.reverse(this.started);
		this.started.forEach(Application::close);
	}

}
