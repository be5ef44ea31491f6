package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import org.jspecify.annotations.Nullable;

/**
 * The store's one thread that hears the signals of other instances. Begins with the first
 * source. Makes sure that signals arrive: now and then it sends itself one through
 * another session, and when that does not come, or the connection does not answer, it
 * begins anew. Until then polling alone does the work.
 */
final class WakeupReader implements Runnable, AutoCloseable {

	static final Duration PROBE_INTERVAL = Duration.ofSeconds(10);

	private static final long FIRST_BACK_OFF = 250;

	private static final long LONGEST_BACK_OFF = 30_000;

	/**
	 * Where a pooler swallows signals each try leaves a LISTEN with one of its sessions.
	 */
	private static final long BACK_OFF_WHEN_POOLED = 300_000;

	private static final long LAST_WORDS = 2000;

	private final DataSource dedicated;

	private final Sql sql;

	private final Duration timeout;

	private final Duration probeInterval;

	private final Notifier notifier;

	private final Wakeups wakeups;

	private final QueueObserver observer;

	private final Pause pause = new Pause();

	private volatile WakeupState state = WakeupState.START;

	private volatile boolean running;

	private volatile @Nullable Connection connection;

	private volatile long lastAlive;

	private boolean told;

	private @Nullable Thread thread;

	WakeupReader(DataSource dedicated, Sql sql, Duration timeout, Duration probeInterval, Notifier notifier,
			Wakeups wakeups, QueueObserver observer) {
		this.dedicated = dedicated;
		this.sql = sql;
		this.timeout = timeout;
		this.probeInterval = probeInterval;
		this.notifier = notifier;
		this.wakeups = wakeups;
		this.observer = observer;
	}

	/**
	 * Begin, unless it has begun.
	 */
	synchronized void start() {
		if (this.thread == null) {
			this.running = true;
			this.lastAlive = System.nanoTime();
			this.thread = new Thread(this, "queue-postgres-wakeup");
			this.thread.setDaemon(true);
			this.thread.start();
		}
	}

	WakeupState state() {
		return this.state;
	}

	@Override
	public void run() {
		while (this.running) {
			long wait = FIRST_BACK_OFF;
			try {
				listen();
			}
			catch (Throwable ex) {
				// An Error as well: otherwise nobody would wake this instance again
				wait = lost(ex);
			}
			try {
				if (this.running) {
					this.pause.await(Duration.ofMillis(wait + ThreadLocalRandom.current().nextLong(wait / 2 + 1)));
				}
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	private void listen() throws SQLException {
		try (WakeupLine line = WakeupLine.open(this.dedicated, this.sql, this.timeout, (opened) -> {
			this.connection = opened;
			this.lastAlive = System.nanoTime();
		})) {
			boolean pooled = line.isPooled();
			WakeupProbe probe = new WakeupProbe(this.notifier, this.wakeups.sender(), this.probeInterval, this.timeout);
			while (this.running) {
				if (probe.isToBeSent()) {
					line.check(this.sql);
					this.lastAlive = System.nanoTime();
					probe.send();
				}
				line.read(probe.nanosToNext(), (signal) -> heard(signal, probe));
				if (probe.isLost()) {
					// A process that was frozen has what arrived meanwhile still to read
					line.read(0, (signal) -> heard(signal, probe));
				}
				if (probe.isLost()) {
					throw new NotHeardException(pooled);
				}
			}
		}
		finally {
			this.connection = null;
		}
	}

	private void heard(Signal signal, WakeupProbe probe) {
		if (!probe.arrives(signal)) {
			this.wakeups.heard(signal);
			return;
		}
		boolean again = !this.state.listening();
		this.state = this.state.arrived();
		if (again) {
			// What was sent in the meantime was not heard
			this.wakeups.heardAnything();
		}
		if (this.told) {
			this.told = false;
			this.observer.on(new QueueEvent.WakeUpsRestored(PostgresStore.BACKEND));
		}
	}

	/**
	 * Note a failure.
	 * @return how long to wait
	 */
	private long lost(Throwable failure) {
		if (!this.running) {
			return 0;
		}
		boolean pooled = failure instanceof NotHeardException notHeard && notHeard.pooled;
		this.state = this.state.lost(SqlFailures.firstLine(failure));
		if (!this.told) {
			this.told = true;
			try {
				this.observer.on(new QueueEvent.WakeUpsLost(PostgresStore.BACKEND, reason(failure)));
			}
			catch (RuntimeException ex) {
				// Health shows it as well
				failure.addSuppressed(ex);
			}
		}
		long longest = pooled ? BACK_OFF_WHEN_POOLED : LONGEST_BACK_OFF;
		return pooled ? longest : Math.min(FIRST_BACK_OFF << Math.min(this.state.consecutiveErrors(), 10), longest);
	}

	private static String reason(Throwable failure) {
		if (failure instanceof NotHeardException) {
			return SqlFailures.firstLine(failure);
		}
		return "Its LISTEN connection failed (" + SqlFailures.firstLine(failure) + "); it opens another.";
	}

	/**
	 * End a connection on which a read hangs in the midst of a message, where no time-out
	 * applies. To be called by another thread now and then.
	 */
	void endIfHung() {
		Connection open = this.connection;
		long patience = this.probeInterval.plus(this.timeout.multipliedBy(4)).toNanos();
		if (open != null && System.nanoTime() - this.lastAlive > patience) {
			abort(open);
		}
	}

	@Override
	public void close() {
		Thread closing;
		synchronized (this) {
			this.running = false;
			closing = this.thread;
		}
		this.pause.wake();
		if (closing != null) {
			// Ends the wait for signals
			this.notifier.send(new Signal(Signal.What.PROBE, this.wakeups.sender(), "end"));
			try {
				closing.join(LAST_WORDS);
				abort(this.connection);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static void abort(@Nullable Connection open) {
		if (open != null) {
			try {
				open.abort(Runnable::run);
			}
			catch (SQLException ex) {
				// It is closed already
			}
		}
	}

	/**
	 * The connection answers, and what is sent to it does not arrive.
	 */
	private static final class NotHeardException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final boolean pooled;

		private NotHeardException(boolean pooled) {
			super("A notification that it sent to itself did not arrive." + (pooled
					? " A connection pooler like PgBouncer stands in between, probably in transaction mode, which"
							+ " swallows notifications: set 'queue.postgres.notify' to 'off'."
					: ""));
			this.pooled = pooled;
		}

	}

}
