package io.github.queuestarter.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueObserver;
import io.github.queuestarter.store.Administration;
import io.github.queuestarter.store.Appender;
import io.github.queuestarter.store.Consumers;
import io.github.queuestarter.store.HandlerTransactions;
import io.github.queuestarter.store.Housekeeping;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.store.Reader;
import io.github.queuestarter.store.Settlements;
import io.github.queuestarter.store.StoreCondition;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.util.Assert;

/**
 * Queues in a Postgres database, version 13 or later. Sends become part of the caller's
 * transaction.
 */
public final class PostgresStore implements QueueStore {

	static final String BACKEND = "postgres";

	private final QueueObserver observer;

	private final AtomicBoolean untoldThatHeartbeatIsPooled;

	private final Duration longestCall;

	private final SchemaInitializer initializer;

	private final Rebase rebase;

	private final Appender appender;

	private final Reader reader;

	private final Settlements settlements;

	private final Supplier<HandlerTransactions> handlerTransactions;

	private final Consumers consumers;

	private final Administration administration;

	private final Housekeeping housekeeping;

	private final DueRounds dueRounds;

	private final HeartbeatConnection heartbeat;

	private final @Nullable Notifier notifier;

	private final @Nullable WakeupReader wakeupReader;

	private final BusyCursors busyCursors;

	private final IdleWatch idleWatch;

	/**
	 * Create a store without transactional listeners.
	 */
	public PostgresStore(DataSource dataSource, DataSource dedicated, Settings settings, QueueObserver observer) {
		this(dataSource, dedicated, settings, observer,
				new StaticListableBeanFactory().getBeanProvider(PlatformTransactionManager.class));
	}

	/**
	 * Create a store. Does not yet talk to the database.
	 * @param dataSource the application's connection pool
	 * @param dedicated opens a connection of its own, outside of the pool, each time (the
	 * pool itself, if there is no other way: then nobody listens for wake-ups); must
	 * bound the time that this takes (connect, login and socket time-out)
	 * @param settings how the store behaves
	 * @param observer told of what happens
	 * @param transactionManagers those of the application, asked when a transactional
	 * listener starts
	 */
	public PostgresStore(DataSource dataSource, DataSource dedicated, Settings settings, QueueObserver observer,
			ObjectProvider<PlatformTransactionManager> transactionManagers) {
		this(dataSource, dedicated, settings, observer, transactionManagers, WakeupReader.PROBE_INTERVAL);
	}

	PostgresStore(DataSource dataSource, DataSource dedicated, Settings settings, QueueObserver observer,
			ObjectProvider<PlatformTransactionManager> transactionManagers, Duration probeInterval) {
		Database database = new Database(CallerTransaction.target(dataSource), new Sql(settings.schema()),
				settings.networkTimeout());
		this.observer = observer;
		this.untoldThatHeartbeatIsPooled = new AtomicBoolean(dedicated == dataSource);
		this.longestCall = PoolWait.of(dataSource).plus(settings.networkTimeout());
		DuePlan duePlan = new DuePlan();
		this.notifier = settings.notifies() ? new Notifier(database) : null;
		Wakeups wakeups = new Wakeups(duePlan, this.notifier, settings.pollInterval());
		// Not on a connection of the pool, of which one is taken for the heartbeat
		// already
		this.wakeupReader = (this.notifier != null && dedicated != dataSource) ? new WakeupReader(dedicated,
				database.sql(), settings.heartbeatTimeout(), probeInterval, this.notifier, wakeups, observer) : null;
		this.busyCursors = new BusyCursors(database, settings.heartbeatExpiry(), observer);
		this.idleWatch = new IdleWatch(database, settings.pollInterval());
		this.initializer = new SchemaInitializer(database, settings.initializeSchema());
		this.rebase = new Rebase(database, observer);
		SchemaRecovery recovery = new SchemaRecovery(this.initializer, this.rebase,
				settings.initializeSchema() == Initialize.ALWAYS);
		SettleCalls settleCalls = new SettleCalls(database, settings.settleBatch(), wakeups);
		TransactionManagerLookup lookup = new TransactionManagerLookup(transactionManagers,
				CallerTransaction.target(dataSource));
		this.handlerTransactions = () -> new PostgresHandlerTransactions(lookup.find(), database, settleCalls,
				settings.networkTimeout());
		Holdings holdings = new Holdings(database, settleCalls);
		this.dueRounds = new DueRounds(new DueClaims(database), duePlan, wakeups, holdings, settleCalls, recovery,
				observer, settings.pollInterval(), this::endHungWakeupLine);
		this.heartbeat = new HeartbeatConnection(dedicated, settings.heartbeatTimeout());
		this.appender = new PostgresAppender(database,
				new CallerTransaction(dataSource, settings.unjoinedTransaction()), recovery, wakeups);
		this.reader = new PostgresReader(
				new SourceParts(new Groups(database, observer), new Claims(database), new Reads(database), holdings,
						this.dueRounds, wakeups, this.busyCursors, this.idleWatch, this::listenerStarts, recovery),
				settings, observer);
		this.settlements = new PostgresSettlements(database, settleCalls);
		this.consumers = new PostgresConsumers(database, this.rebase, this.heartbeat,
				new HungClaims(database, settings.networkTimeout(), observer), wakeups);
		this.administration = new PostgresAdministration(database, wakeups, this::condition);
		this.housekeeping = new PostgresHousekeeping(database);
	}

	/**
	 * Lets sends from callbacks after a commit be stored although the transaction's
	 * connection is still bound. To be registered with the transaction managers.
	 */
	public static TransactionExecutionListener commitListener() {
		return new CommitWatch();
	}

	/**
	 * Make the tables unless they are there, and re-base them if they were copied from
	 * another database. Any number of instances may do so at once.
	 * @throws io.github.queuestarter.QueueSchemaException if they are missing or old and
	 * the settings do not allow to make them
	 */
	public void initialize() {
		this.initializer.initialize();
		this.rebase.run();
	}

	@Override
	public String backend() {
		return BACKEND;
	}

	@Override
	public Duration longestCall() {
		return this.longestCall;
	}

	@Override
	public Appender appender() {
		return this.appender;
	}

	@Override
	public Reader reader() {
		return this.reader;
	}

	@Override
	public Settlements settlements() {
		return this.settlements;
	}

	@Override
	public HandlerTransactions handlerTransactions() {
		return this.handlerTransactions.get();
	}

	@Override
	public Consumers consumers() {
		return this.consumers;
	}

	@Override
	public Administration administration() {
		return this.administration;
	}

	@Override
	public Housekeeping housekeeping() {
		return this.housekeeping;
	}

	@Override
	public void close() {
		if (this.wakeupReader != null) {
			this.wakeupReader.close();
		}
		this.idleWatch.close();
		this.dueRounds.close();
		if (this.notifier != null) {
			this.notifier.close();
		}
		this.heartbeat.close();
	}

	private void listenerStarts() {
		if (this.wakeupReader != null) {
			this.wakeupReader.start();
		}
		if (this.untoldThatHeartbeatIsPooled.getAndSet(false)) {
			this.observer.on(new QueueEvent.Warning(BACKEND,
					"The DataSource of the queues does not tell its URL, so the heartbeat takes its connection from it."
							+ " If that is lost while the pool is empty, this instance is taken for dead. Mark another"
							+ " DataSource with @QueueDataSource, or give the pool a connection more than the"
							+ " application uses."));
		}
	}

	private void endHungWakeupLine() {
		if (this.wakeupReader != null) {
			this.wakeupReader.endIfHung();
		}
	}

	private StoreCondition condition() {
		List<String> findings = new ArrayList<>(this.busyCursors.findings());
		String due = this.dueRounds.finding();
		if (due != null) {
			findings.add(due);
		}
		return new StoreCondition(Map.of("wakeup", wakeup()), findings);
	}

	private Map<String, Object> wakeup() {
		if (this.notifier == null) {
			return Map.of("notify", "off");
		}
		return ((this.wakeupReader != null) ? this.wakeupReader.state() : WakeupState.IMPOSSIBLE).details();
	}

	/**
	 * How the store behaves.
	 *
	 * @param schema name of the schema that holds the tables, as it is
	 * @param initializeSchema whether to make the tables
	 * @param pollInterval how long an idle listener waits at most before it polls again
	 * @param unjoinedTransaction what to do with a send inside a transaction that the
	 * store has no part in
	 * @param settleBatch how many messages are settled in one statement at most
	 * @param reconcileInterval how often a listener compares what it holds with what the
	 * store says that it holds
	 * @param networkTimeout after how long without an answer a connection is given up
	 * @param heartbeatTimeout the same for connections outside of the pool
	 * @param heartbeatExpiry after how long without a sign of life a consumer is given up
	 * @param notifies whether instances wake each other; if not, they only poll
	 */
	public record Settings(String schema, Initialize initializeSchema, Duration pollInterval,
			UnjoinedTransaction unjoinedTransaction, int settleBatch, Duration reconcileInterval,
			Duration networkTimeout, Duration heartbeatTimeout, Duration heartbeatExpiry, boolean notifies) {

		public Settings {
			Assert.hasText(schema, "'schema' must not be empty");
			Assert.isTrue(pollInterval.toMillis() >= 1, "'pollInterval' must be at least 1ms");
			Assert.isTrue(settleBatch >= 1, "'settleBatch' must be at least 1");
			Assert.isTrue(reconcileInterval.toMillis() >= 1, "'reconcileInterval' must be at least 1ms");
			Assert.isTrue(networkTimeout.toMillis() >= 1, "'networkTimeout' must be at least 1ms");
			Assert.isTrue(heartbeatTimeout.toMillis() >= 1, "'heartbeatTimeout' must be at least 1ms");
		}

		/**
		 * The settings of a store about which nothing was said.
		 */
		public static Settings defaults() {
			return new Settings("queue", Initialize.ALWAYS, Duration.ofSeconds(1), UnjoinedTransaction.AFTER_COMMIT,
					1000, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(20),
					true);
		}

	}

	/**
	 * Whether to make the tables.
	 */
	public enum Initialize {

		/**
		 * Make them when they are missing or old.
		 */
		ALWAYS,

		/**
		 * Never; someone else does.
		 */
		NEVER

	}

	/**
	 * What to do with a send inside a transaction that the store has no part in.
	 */
	public enum UnjoinedTransaction {

		/**
		 * Send after its commit.
		 */
		AFTER_COMMIT,

		/**
		 * Refuse.
		 */
		FAIL

	}

}
