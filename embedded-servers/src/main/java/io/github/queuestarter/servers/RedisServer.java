package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * A Redis server on this machine that goes away with this JVM.
 * <p>
 * It keeps its port and its directory over {@link #kill()}, {@link #stop()} and
 * {@link #start()}; what it still knows after that is up to its persistence, which is off
 * unless asked for. The system property {@code queue.servers.redis.executable} names
 * another executable, of another version of Redis or of Valkey.
 */
public final class RedisServer implements LocalServer {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

	private static final int ATTEMPTS_TO_FIND_A_PORT = 3;

	static final int CLUSTER_BUS_OFFSET = 10_000;

	private final int port;

	private final @Nullable String password;

	private final Path directory;

	private final boolean temporary;

	private final List<String> config;

	private final @Nullable ServerCertificate certificate;

	private final @Nullable SSLContext tls;

	private final @Nullable String sentinelFile;

	private final Watchdog watchdog;

	private RedisServer(Builder builder, int port) {
		this.port = port;
		this.password = builder.password;
		this.temporary = (builder.directory == null);
		this.directory = (builder.directory != null) ? Directories.create(builder.directory.toAbsolutePath())
				: Directories.createTemporary("queue-redis-");
		this.config = List.copyOf(builder.config);
		this.certificate = builder.certificate;
		this.tls = (builder.certificate != null) ? builder.certificate.clientContext() : null;
		this.sentinelFile = builder.sentinelFile;
		builder.files.forEach(this::write);
		this.watchdog = Watchdog.over(pidFile(), this.temporary ? this.directory : null);
	}

	/**
	 * Describe a server; {@link Builder#start()} starts it.
	 */
	public static Builder builder() {
		return new Builder();
	}

	public String host() {
		return "127.0.0.1";
	}

	public int port() {
		return this.port;
	}

	public @Nullable String password() {
		return this.password;
	}

	public Path directory() {
		return this.directory;
	}

	/**
	 * The id of the running process.
	 * @throws IllegalStateException if the server does not run
	 */
	public long pid() {
		return process().pid();
	}

	public boolean isRunning() {
		return ServerProcess.of(pidFile()).isPresent();
	}

	/**
	 * Send one command, as the user that may do everything.
	 * @return a {@code String}, a {@code Long}, a {@code List} of these, or null
	 * @throws IllegalStateException if the server answers with an error, with its text
	 * @throws UncheckedIOException if the server can't be reached
	 */
	public @Nullable Object call(String... command) {
		try (RedisWire wire = RedisWire.connect(host(), this.port, this.tls)) {
			if (this.password != null) {
				wire.call("AUTH", this.password);
			}
			return wire.call(command);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start again, on the same port and directory, and wait until the server answers.
	 * @throws IllegalStateException if it runs already or does not come up
	 */
	@Override
	public synchronized void start() {
		if (isRunning()) {
			throw new IllegalStateException("Redis on port %d runs already".formatted(this.port));
		}
		Directories.delete(pidFile());
		Directories.delete(logFile());
		Shell.run(command());
		boolean ready = Await.until(START_TIMEOUT, () -> isReady() || hasGivenUp());
		if (!ready || !isReady()) {
			ServerProcess.of(pidFile()).ifPresent(ServerProcess::kill);
			throw new IllegalStateException(
					"Redis on port %d did not start: %s".formatted(this.port, Directories.read(logFile())));
		}
	}

	/**
	 * Stop in good order (SIGTERM) and wait for the end.
	 */
	public synchronized void stop() {
		ServerProcess process = process();
		process.resume();
		process.terminate();
		Directories.delete(pidFile());
	}

	/**
	 * Kill the process (SIGKILL) and wait for its end.
	 */
	@Override
	public synchronized void kill() {
		process().kill();
		Directories.delete(pidFile());
	}

	/**
	 * Freeze the process (SIGSTOP): connections stay open and nothing answers.
	 */
	@Override
	public void suspend() {
		process().suspend();
	}

	/**
	 * Let a suspended process run on (SIGCONT).
	 */
	@Override
	public void resume() {
		process().resume();
	}

	/**
	 * Stop the server if it runs, and delete its directory unless the caller named it.
	 */
	@Override
	public synchronized void close() {
		if (isRunning()) {
			stop();
		}
		this.watchdog.close();
		if (this.temporary) {
			Directories.deleteRecursively(this.directory);
		}
	}

	private ServerProcess process() {
		return ServerProcess.of(pidFile())
			.orElseThrow(() -> new IllegalStateException("Redis on port %d does not run".formatted(this.port)));
	}

	private boolean isReady() {
		return isRunning() && answers() && isRunning();
	}

	// It does not while it loads its data
	private boolean answers() {
		try {
			return "PONG".equals(call("PING"));
		}
		catch (IllegalStateException | UncheckedIOException ex) {
			return false;
		}
	}

	private void write(String file, String content) {
		try {
			Files.writeString(this.directory.resolve(file), content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Redis daemonizes before it binds its port, so the launching process cannot tell
	private boolean hasGivenUp() {
		return Directories.read(logFile()).contains("Failed listening on port");
	}

	// A session of its own: ^C in a terminal must not reach the server before the
	// application has closed
	private List<String> command() {
		List<String> command = new ArrayList<>();
		command.add(RedisExecutable.locate());
		if (this.sentinelFile != null) {
			command.addAll(List.of(this.directory.resolve(this.sentinelFile).toString(), "--sentinel"));
		}
		command.addAll(List.of("--bind", host(), "--dir", this.directory.toString(), "--daemonize", "yes", "--pidfile",
				pidFile().toString(), "--logfile", logFile().toString(), "--save", ""));
		command.addAll(List.of((this.certificate != null) ? "--tls-port" : "--port", Integer.toString(this.port)));
		if (this.certificate != null) {
			String trusted = this.certificate.certificate().toString();
			command.addAll(List.of("--port", "0", "--tls-auth-clients", "no", "--tls-cert-file", trusted,
					"--tls-key-file", this.certificate.privateKey().toString(), "--tls-ca-cert-file", trusted));
		}
		if (this.password != null) {
			command.addAll(List.of("--requirepass", this.password));
		}
		command.addAll(this.config);
		return command;
	}

	private Path pidFile() {
		return this.directory.resolve("redis.pid");
	}

	private Path logFile() {
		return this.directory.resolve("redis.log");
	}

	/**
	 * What a server shall be like.
	 */
	public static final class Builder {

		private int port;

		private @Nullable String password;

		private @Nullable Path directory;

		private @Nullable ServerCertificate certificate;

		private @Nullable String sentinelFile;

		private final List<String> config = new ArrayList<>();

		private final Map<String, String> files = new LinkedHashMap<>();

		private Builder() {
		}

		/**
		 * The port to listen on, 0 for a free one, which is the default.
		 */
		public Builder port(int port) {
			this.port = port;
			return this;
		}

		public Builder password(String password) {
			this.password = password;
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
		 * Further arguments for the server, such as {@code "--appendonly", "yes"}.
		 */
		public Builder config(String... arguments) {
			this.config.addAll(List.of(arguments));
			return this;
		}

		/**
		 * A user besides the one that may do everything, by the rules of
		 * {@code ACL SETUSER}.
		 */
		public Builder user(String name, String... rules) {
			this.config.addAll(List.of("--user", name));
			this.config.addAll(List.of(rules));
			return this;
		}

		/**
		 * Talk TLS, and nothing else.
		 */
		public Builder certificate(ServerCertificate certificate) {
			this.certificate = certificate;
			return this;
		}

		/**
		 * A file in the directory of the server.
		 */
		Builder file(String name, String content) {
			this.files.put(name, content);
			return this;
		}

		/**
		 * Be a Sentinel, by a configuration file in the directory of the server.
		 */
		Builder sentinel(String fileName) {
			this.sentinelFile = fileName;
			return this;
		}

		/**
		 * Start the server and wait until it answers.
		 * @throws IllegalStateException if it does not come up, with its log
		 */
		public RedisServer start() {
			if (this.port != 0) {
				return start(this.port);
			}
			for (int attempt = 1; attempt < ATTEMPTS_TO_FIND_A_PORT; attempt++) {
				try {
					return start(freePort());
				}
				catch (IllegalStateException ex) {
					if (!String.valueOf(ex.getMessage()).contains("Failed listening on port")) {
						throw ex;
					}
				}
			}
			return start(freePort());
		}

		// Servers of a cluster talk to each other on another port, which is so much
		// higher
		private int freePort() {
			return this.config.contains("--cluster-enabled") ? FreePort.find(CLUSTER_BUS_OFFSET) : FreePort.find();
		}

		private RedisServer start(int port) {
			RedisServer server = new RedisServer(this, port);
			try {
				server.start();
				return server;
			}
			catch (RuntimeException ex) {
				server.close();
				throw ex;
			}
		}

	}

}
