package io.github.queuestarter.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamReadRequest;

/**
 * Runs a {@link StreamMessageListenerContainer} with one subscription on one thread with
 * one connection, from start to stop, whatever happens in between.
 */
final class StreamPolling {

	private static final Duration GRACE = Duration.ofSeconds(1);

	/**
	 * For an answer that is on its way, and for what is asked between two polls.
	 */
	private static final Duration LONGEST_LAST_POLL = Duration.ofSeconds(2);

	// How much longer than it may block a poll takes at most. A connection whose other
	// end is silently gone is replaced then, whatever the client's command timeout.
	static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Reception reception;

	private final Polls messages;

	private final ReaderConnections connections;

	private final Duration block;

	private final BlockingRead blocking;

	private final StreamMessageListenerContainer<byte[], MapRecord<byte[], byte[], byte[]>> container;

	private volatile @Nullable Thread thread;

	StreamPolling(Reception reception, Polls messages, RedisConnectionFactory connections, Duration block) {
		this.reception = reception;
		this.messages = messages;
		this.block = block;
		this.connections = new ReaderConnections(connections, this::awaitTurn, this::poll);
		this.blocking = new BlockingRead(block, this.connections::drop);
		reception.whenLooked(this.blocking::endUnwanted);
		this.container = StreamMessageListenerContainer.create(this.connections, options());
	}

	void start() {
		// Count and consumer are set anew for each poll; those given here never reach
		// Redis
		StreamReadRequest<byte[]> request = StreamReadRequest
			.builder(StreamOffset.create(this.reception.keys().log().stream(), ReadOffset.lastConsumed()))
			.consumer(Consumer.from(this.reception.subscription().group(), this.reception.sink().consumer()))
			.autoAcknowledge(false)
			.cancelOnError((ex) -> this.reception.isStopping())
			.errorHandler(this::failed)
			.build();
		this.container.register(request, this::take);
		this.container.start();
	}

	/**
	 * Stop and wait for the end of the poll that is under way, unless it waits for a
	 * message.
	 */
	void stop() {
		this.reception.stop();
		this.container.stop();
		this.blocking.endUnwanted();
		boolean interrupted = join(LONGEST_LAST_POLL);
		// A poll that hangs ends with its connection
		this.connections.drop();
		if (join(GRACE) || interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private StreamMessageListenerContainerOptions<byte[], MapRecord<byte[], byte[], byte[]>> options() {
		return StreamMessageListenerContainerOptions.builder()
			.serializer(RedisSerializer.byteArray())
			.autoStartup(false)
			.batchSize(1)
			.pollTimeout(this.block)
			.errorHandler(this::failed)
			.executor(this::execute)
			.build();
	}

	private void execute(Runnable polls) {
		String name = "queue-%s-%s".formatted(this.reception.subscription().queue(),
				this.reception.subscription().group());
		// No daemon: it keeps an application alive that does nothing but listen
		Thread poller = new Thread(() -> run(polls), name);
		this.thread = poller;
		poller.start();
	}

	// What gets past the container's own error handling must not end the thread either
	private void run(Runnable polls) {
		while (!this.reception.isStopping()) {
			try {
				polls.run();
			}
			catch (Throwable ex) {
				failed(ex);
			}
			boolean interruptedByOthers = Thread.interrupted();
			if (interruptedByOthers && !this.reception.isStopping()) {
				failed(new InterruptedException("The thread that polls was interrupted"));
			}
		}
		takeTheRest();
		this.connections.drop();
	}

	private void takeTheRest() {
		try {
			this.connections.ifOpen(this.messages::end);
		}
		catch (Throwable ex) {
			// What was on its way stays with its consumer, like any answer that is lost
		}
	}

	private List<ByteRecord> poll(RedisConnection connection) {
		CompletableFuture<Boolean> answered = new CompletableFuture<>();
		answered.orTimeout(this.block.plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS).exceptionallyAsync((ex) -> {
			this.connections.drop(connection);
			return false;
		});
		try {
			return this.messages.poll(connection, this.blocking);
		}
		finally {
			if (!answered.complete(true)) {
				// What noticed that may still be about to: not under the next poll
				this.connections.drop(connection);
			}
		}
	}

	private void awaitTurn() {
		try {
			this.messages.awaitTurn();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new PollingEndsException();
		}
		if (this.reception.isStopping()) {
			throw new PollingEndsException();
		}
	}

	private void take(MapRecord<byte[], byte[], byte[]> message) {
		try {
			this.messages.take(message);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	// The container ends for good when this throws
	private void failed(Throwable cause) {
		if (cause instanceof PollingEndsException || this.reception.isStopping()) {
			return;
		}
		try {
			this.connections.drop();
			this.messages.failed(cause);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Throwable ex) {
			waitAfter(ex);
		}
	}

	private void waitAfter(Throwable failureOfTheSink) {
		try {
			this.reception.await(GRACE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean join(Duration atMost) {
		Thread poller = this.thread;
		if (poller == null || poller == Thread.currentThread()) {
			return false;
		}
		try {
			poller.join(atMost.toMillis());
			return false;
		}
		catch (InterruptedException ex) {
			return true;
		}
	}

	/**
	 * Ends a poll before it began.
	 */
	private static final class PollingEndsException extends RuntimeException {

		PollingEndsException() {
			super(null, null, false, false);
		}

	}

}
