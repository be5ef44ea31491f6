package io.github.queuestarter.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueException;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.servers.PostgresServer;
import io.github.queuestarter.testing.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A database whose files were copied, to a standby or to a backup, needs no re-base: it
 * goes on with the transaction ids of the original.
 */
class PostgresPromotionTests extends EndToEndTest {

	private final Texts texts = new Texts();

	private final Events events = new Events();

	private String url = "";

	@Override
	Backend backend() {
		return Backend.postgres(new TestPostgres(this.url, "postgres", "postgres"));
	}

	@Test
	void promotionOfAStandbyWhileMessagesFlowLosesNothing(@TempDir Path directory) throws Exception {
		try (PostgresServer primary = PostgresServer.builder().config("synchronous_commit", "on").start()) {
			copyFiles(primary, directory);
			follow(directory, primary);
			try (PostgresServer standby = PostgresServer.builder()
				.directory(directory)
				.config("synchronous_commit", "on")
				.start()) {
				waitForTheStandby(primary);
				this.url = "jdbc:postgresql://localhost:" + primary.port() + ",localhost:" + standby.port()
						+ "/postgres?targetServerType=primary&hostRecheckSeconds=1";
				promoteWhileMessagesFlow(primary, standby);
				closeWhatWasStarted();
			}
		}
	}

	private void promoteWhileMessagesFlow(PostgresServer primary, PostgresServer standby) throws Exception {
		Application application = start(application().listener(this.texts)
			.listener(this.events)
			.with("spring.datasource.hikari.connection-timeout", "1000"));
		Received<String> acknowledged = new Received<>();
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Future<?> sender = executor.submit(() -> sendUntilInterrupted(application, acknowledged));
			acknowledged.await(300);
			primary.kill();
			execute(standby, "select pg_promote()");
			acknowledged.await(acknowledged.all().size() + 300);
			sender.cancel(true);
		}
		finally {
			executor.shutdownNow();
		}
		await().until(() -> this.texts.received.all().containsAll(acknowledged.all()));
		assertThat(this.events.of(QueueEvent.Rebased.class)).isEmpty();
		start(application().listener(this.events));
		assertThat(this.events.of(QueueEvent.Rebased.class)).isEmpty();
	}

	@Test
	void backupOfTheFilesGoesOnFromItsPointInTime(@TempDir Path directory) throws Exception {
		try (PostgresServer original = PostgresServer.builder().start()) {
			this.url = original.jdbcUrl();
			Application application = start(application().listener(this.texts).listener(this.events));
			application.template().send(this.queue, "finished");
			this.texts.received.await(1);
			application.admin().pause(this.queue, "default");
			application.template().send(this.queue, "unfinished");
			closeWhatWasStarted();
			copyFiles(original, directory);
		}
		try (PostgresServer restored = PostgresServer.builder().directory(directory).start()) {
			this.url = restored.jdbcUrl();
			Application application = start(application().listener(this.texts).listener(this.events));
			application.admin().resume(this.queue, "default");
			application.template().send(this.queue, "new");
			this.texts.received.await(3);
			assertThat(this.texts.received.all()).containsExactlyInAnyOrder("finished", "unfinished", "new");
			assertThat(this.events.of(QueueEvent.Rebased.class)).isEmpty();
			closeWhatWasStarted();
		}
	}

	private void sendUntilInterrupted(Application application, Received<String> acknowledged) {
		AtomicInteger number = new AtomicInteger();
		while (!Thread.currentThread().isInterrupted()) {
			String text = "message " + number.incrementAndGet();
			try {
				application.template().send(this.queue, text);
				acknowledged.add(text);
			}
			catch (QueueException ex) {
				// Maybe sent: nobody was promised anything
			}
		}
	}

	/**
	 * A backup as a file copy of a server that has stopped.
	 */
	private static void copyFiles(PostgresServer server, Path directory) throws IOException {
		server.stop();
		Path data = server.directory().resolve("data");
		try (Stream<Path> files = Files.walk(data)) {
			for (Path file : (Iterable<Path>) files::iterator) {
				Files.copy(file, directory.resolve("data").resolve(data.relativize(file).toString()),
						StandardCopyOption.COPY_ATTRIBUTES);
			}
		}
		server.start();
	}

	private static void follow(Path directory, PostgresServer primary) throws IOException {
		Path data = directory.resolve("data");
		Files.createFile(data.resolve("standby.signal"));
		Files.writeString(data.resolve("postgresql.auto.conf"),
				"primary_conninfo = 'host=127.0.0.1 port=" + primary.port() + " user=postgres'\n",
				StandardOpenOption.APPEND);
	}

	/**
	 * From now on nothing is acknowledged that the standby does not have.
	 */
	private static void waitForTheStandby(PostgresServer primary) throws SQLException {
		execute(primary, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
		await().until(() -> rows(primary, "select sync_state from pg_stat_replication").equals(List.of("sync")));
	}

	private static void execute(PostgresServer server, String... statements) throws SQLException {
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), "postgres", "postgres");
				Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private static List<String> rows(PostgresServer server, String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), "postgres", "postgres");
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			List<String> texts = new ArrayList<>();
			while (rows.next()) {
				texts.add(rows.getString(1));
			}
			return texts;
		}
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text) {
			this.received.add(text);
		}

	}

}
