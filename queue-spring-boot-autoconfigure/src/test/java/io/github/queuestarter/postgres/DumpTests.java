package io.github.queuestarter.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.postgres.PostgresStore.Settings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The same as {@link RestoreTests} with Postgres' own tools, where those of the server's
 * version are installed.
 */
class DumpTests {

	private static final List<Cluster> CLUSTERS = new ArrayList<>();

	private static String version = "";

	private static Optional<Path> tools = Optional.empty();

	private final Settings settings = Databases.settings(Databases.newSchema());

	@BeforeAll
	static void start() throws Exception {
		CLUSTERS.add(new Cluster());
		version = Cluster.text(CLUSTERS.get(0).newDatabase(), "show server_version").replaceAll("\\D.*", "");
		tools = tools(version);
		if (tools.isPresent()) {
			CLUSTERS.add(new Cluster());
			Cluster.passTransactions(CLUSTERS.get(1).newDatabase(), 20_000);
		}
	}

	@AfterAll
	static void stop() {
		CLUSTERS.forEach(Cluster::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nothingIsLostByPgDumpAndPsql(boolean intoTheYounger, @TempDir Path directory) throws Exception {
		assumeTrue(tools.isPresent(), "no pg_dump of version " + version + " on this machine");
		HikariDataSource from = CLUSTERS.get(intoTheYounger ? 1 : 0).newDatabase();
		HikariDataSource to = CLUSTERS.get(intoTheYounger ? 0 : 1).newDatabase();
		try (OldWorld world = new OldWorld(from, this.settings)) {
			String dump = directory.resolve("dump.sql").toString();
			run(tools.get().resolve("pg_dump").toString(), "--dbname", uri(from), "--file", dump);
			run(tools.get().resolve("psql").toString(), "--dbname", uri(to), "--quiet", "--no-psqlrc", "--set",
					"ON_ERROR_STOP=1", "--file", dump);
			String early = Cluster.text(to,
					"select \"" + this.settings.schema() + "\".queue_send('orders', '\"before the first start\"')");
			try (TestInstance app = new TestInstance(to, to, this.settings)) {
				assertThat(app.events()).hasOnlyElementsOfType(QueueEvent.Rebased.class).hasSize(1);
				Received received = new Received(world, app).expecting(early);
				received.assertOnce();
				Cluster.passTransactions(to, 25_000);
				received.expecting(app.send(false, "orders", "last").get(0)).assertOnce();
			}
		}
	}

	private static String uri(HikariDataSource database) {
		return database.getJdbcUrl().substring("jdbc:".length()).replace("//", "//" + database.getUsername() + "@");
	}

	/**
	 * The directory with the tools of a version.
	 */
	private static Optional<Path> tools(String version) throws IOException {
		List<Path> candidates = new ArrayList<>();
		for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			candidates.add(Path.of(directory));
		}
		candidates.add(Path.of("/usr/lib/postgresql", version, "bin"));
		for (Path candidate : candidates) {
			if (Files.isExecutable(candidate.resolve("pg_dump")) && Files.isExecutable(candidate.resolve("psql"))
					&& run(candidate.resolve("pg_dump").toString(), "--version").contains(") " + version + ".")) {
				return Optional.of(candidate);
			}
		}
		return Optional.empty();
	}

	private static String run(String... command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
			String output = String.join("\n", lines.toList());
			assertThat(process.waitFor()).as(output).isZero();
			return output;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
