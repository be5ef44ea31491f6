package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres server on this machine that goes away with this JVM.
 * <p>
 * It keeps its port and its data over {@link #kill()}, {@link #stop()} and
 * {@link #start()}. Unless {@link Builder#fsync(boolean)} is switched on, it does not
 * wait for the disk, so it survives the death of its process, not of the machine.
 */
public final class PostgresServer implements LocalServer {

	private static final String SUPERUSER = "postgres";

	private final Path directory;

	private final boolean temporary;

	private final PgCtl pgCtl;

	private final Watchdog watchdog;

	private final EmbeddedPostgres embedded;

	private PostgresServer(Builder builder) {
		this.temporary = (builder.directory == null);
		this.directory = (builder.directory != null) ? Directories.create(builder.directory.toAbsolutePath())
				: Directories.createTemporary("queue-postgres-");
		this.pgCtl = new PgCtl(data(), log());
		this.watchdog = Watchdog.over(pidFile(), this.temporary ? this.directory : null);
		try {
			this.embedded = firstStart(builder);
		}
		catch (RuntimeException ex) {
			cleanUp();
			throw ex;
		}
	}

	/**
	 * Describe a server; {@link Builder#start()} starts it.
	 */
	public static Builder builder() {
		return new Builder();
	}

	public String host() {
		return "localhost";
	}

	public int port() {
		return this.embedded.getPort();
	}

	/**
	 * The URL of the database {@code postgres}, without user and password.
	 */
	public String jdbcUrl() {
		return jdbcUrl("postgres");
	}

	/**
	 * The name of a superuser.
	 */
	public String username() {
		return SUPERUSER;
	}

	/**
	 * A password to send; the server trusts every local connection.
	 */
	public String password() {
		return SUPERUSER;
	}

	public Path directory() {
		return this.directory;
	}

	/**
	 * The id of the running postmaster.
	 * @throws IllegalStateException if the server does not run
	 */
	public long pid() {
		return process().pid();
	}

	public boolean isRunning() {
		return ServerProcess.of(pidFile()).isPresent();
	}

	/**
	 * Create an empty database.
	 * @return its URL
	 */
	public String createDatabase(String name) {
		try (Connection connection = DriverManager.getConnection(jdbcUrl(), username(), password());
				Statement statement = connection.createStatement()) {
			statement.execute("create database " + statement.enquoteIdentifier(name, true));
			return jdbcUrl(name);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not create database '%s'".formatted(name), ex);
		}
	}

	/**
	 * Start again, on the same port and data, and wait until the server accepts
	 * connections.
	 * @throws IllegalStateException if it runs already or does not come up
	 */
	@Override
	public synchronized void start() {
		if (isRunning()) {
			throw new IllegalStateException("Postgres on port %d runs already".formatted(port()));
		}
		try {
			this.pgCtl.startAgain();
		}
		catch (IllegalStateException ex) {
			throw new IllegalStateException(
					"Postgres on port %d did not start: %s".formatted(port(), Directories.read(log())), ex);
		}
	}

	/**
	 * Stop in good order, ending all connections, and wait for the end.
	 */
	public synchronized void stop() {
		process().resume();
		this.pgCtl.stop();
	}

	/**
	 * Kill the postmaster and its children (SIGKILL) and wait for their end.
	 */
	@Override
	public synchronized void kill() {
		process().kill();
		Directories.delete(pidFile());
	}

	/**
	 * Freeze the postmaster and its children (SIGSTOP): connections stay open and nothing
	 * answers.
	 */
	@Override
	public void suspend() {
		process().suspend();
	}

	/**
	 * Let a suspended server run on (SIGCONT).
	 */
	@Override
	public void resume() {
		process().resume();
	}

	/**
	 * Stop the server if it runs, and delete its files unless the caller named the
	 * directory.
	 */
	@Override
	public synchronized void close() {
		if (isRunning()) {
			resume();
			closeEmbedded();
		}
		cleanUp();
	}

	private void closeEmbedded() {
		try {
			this.embedded.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void cleanUp() {
		this.watchdog.close();
		if (this.temporary) {
			Directories.deleteRecursively(this.directory);
		}
	}

	private EmbeddedPostgres firstStart(Builder builder) {
		EmbeddedPostgres.Builder embedded = EmbeddedPostgres.builder()
			.setOverrideWorkingDirectory(Directories.cache().toFile())
			.setDataDirectory(data())
			.setCleanDataDirectory(false)
			// The default hook races the one that closes application contexts
			.setRegisterShutdownHook(false)
			.setOutputRedirector(ProcessBuilder.Redirect.appendTo(log().toFile()))
			.setErrorRedirector(ProcessBuilder.Redirect.appendTo(log().toFile()))
			// The lock of a socket file would outlive a killed server
			.setServerConfig("unix_socket_directories", "")
			.setPort(builder.port);
		builder.config.forEach(embedded::setServerConfig);
		try {
			return embedded.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Postgres did not start: " + Directories.read(log()) + hint(), ex);
		}
		catch (IllegalStateException ex) {
			throw new IllegalStateException("Postgres did not start: " + Directories.read(log()) + hint(), ex);
		}
	}

	private static String hint() {
		if ("root".equals(System.getProperty("user.name")) && !LinuxUtils.isUnshareAvailable()) {
			return """

					Postgres refuses to run as root, and this machine does not allow the way around it ('unshare -U', a user \
					namespace). Run the build as another user, allow user namespaces (in Docker: \
					--security-opt seccomp=unconfined), or use a Postgres server of your own.""";
		}
		return "";
	}

	private ServerProcess process() {
		return ServerProcess.of(pidFile())
			.orElseThrow(() -> new IllegalStateException("Postgres on port %d does not run".formatted(port())));
	}

	private String jdbcUrl(String database) {
		return "jdbc:postgresql://%s:%d/%s".formatted(host(), port(), database);
	}

	private Path data() {
		return this.directory.resolve("data");
	}

	private Path pidFile() {
		return data().resolve("postmaster.pid");
	}

	private Path log() {
		return this.directory.resolve("postgres.log");
	}

	/**
	 * What a server shall be like.
	 */
	public static final class Builder {

		private int port;

		private @Nullable Path directory;

		private final Map<String, String> config = new LinkedHashMap<>();

		private Builder() {
		}

		/**
		 * The port to listen on, 0 for a free one, which is the default.
		 */
		public Builder port(int port) {
			this.port = port;
			return this;
		}

		/**
		 * The directory for its files; it is kept when the server is closed. The default
		 * is a temporary directory.
		 */
		public Builder directory(Path directory) {
			this.directory = directory;
			return this;
		}

		/**
		 * Whether a commit waits for the disk, as it does in production; off by default.
		 */
		public Builder fsync(boolean fsync) {
			String value = fsync ? "on" : "off";
			return config("fsync", value).config("synchronous_commit", value).config("full_page_writes", value);
		}

		/**
		 * A setting as in {@code postgresql.conf}.
		 */
		public Builder config(String name, String value) {
			this.config.put(name, value);
			return this;
		}

		/**
		 * Start the server and wait until it accepts connections.
		 */
		public PostgresServer start() {
			return new PostgresServer(this);
		}

	}

}
