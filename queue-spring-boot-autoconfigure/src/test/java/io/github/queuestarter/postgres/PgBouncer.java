package io.github.queuestarter.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.queuestarter.testing.TestPostgres;
import org.awaitility.Awaitility;

import org.springframework.util.FileSystemUtils;

/**
 * A real PgBouncer in transaction mode, where the machine has one.
 */
final class PgBouncer implements AutoCloseable {

	private final Process process;

	private final Path directory;

	private final int port;

	private final String database;

	private PgBouncer(Path executable, TestPostgres postgres) throws IOException {
		URI target = URI.create(postgres.jdbcUrl().substring("jdbc:".length()));
		this.database = target.getPath().substring(1);
		this.port = freePort();
		this.directory = Files.createTempDirectory("pgbouncer-");
		Path users = Files.writeString(this.directory.resolve("users.txt"),
				"\"%s\" \"%s\"%n".formatted(postgres.username(), postgres.password()));
		Path settings = Files.writeString(this.directory.resolve("pgbouncer.ini"), """
				[databases]
				%s = host=%s port=%d dbname=%s
				[pgbouncer]
				listen_addr = 127.0.0.1
				listen_port = %d
				unix_socket_dir =
				auth_type = trust
				auth_file = %s
				pool_mode = transaction
				default_pool_size = 5
				ignore_startup_parameters = extra_float_digits
				""".formatted(this.database, target.getHost(), target.getPort(), this.database, this.port, users));
		Files.setPosixFilePermissions(this.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
		List<String> command = new ArrayList<>();
		if ("root".equals(System.getProperty("user.name"))) {
			// PgBouncer refuses to run as root
			command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
		}
		command.addAll(List.of(executable.toString(), settings.toString()));
		this.process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("pgbouncer.log").toFile())
			.start();
	}

	/**
	 * The executable, if there is one on this machine.
	 */
	static Optional<Path> executable() {
		return Stream
			.concat(Stream.of("/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"),
					Stream.of(System.getenv().getOrDefault("PATH", "").split(":")))
			.map((directory) -> Path.of(directory, "pgbouncer"))
			.filter(Files::isExecutable)
			.findFirst();
	}

	static PgBouncer before(TestPostgres postgres) throws IOException {
		PgBouncer bouncer = new PgBouncer(executable().orElseThrow(), postgres);
		try {
			bouncer.awaitReady();
			return bouncer;
		}
		catch (RuntimeException ex) {
			bouncer.close();
			throw ex;
		}
	}

	/**
	 * The URL for clients. Statements prepared in one session are not known in the next
	 * one.
	 */
	String jdbcUrl() {
		return "jdbc:postgresql://127.0.0.1:%d/%s?prepareThreshold=0".formatted(this.port, this.database);
	}

	private void awaitReady() {
		Awaitility.await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
			new Socket(InetAddress.getLoopbackAddress(), this.port).close();
			return true;
		});
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
