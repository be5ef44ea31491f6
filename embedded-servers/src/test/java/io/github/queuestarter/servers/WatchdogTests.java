package io.github.queuestarter.servers;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Watchdog}.
 */
@DisabledOnOs(OS.WINDOWS)
class WatchdogTests {

	@ParameterizedTest
	@ValueSource(strings = { "redis", "postgres", "suspended-postgres" })
	void serverAndItsFilesGoAwayWhenTheJvmIsKilled(String kind) throws Exception {
		Process owner = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), ServerOwner.class.getName(), kind)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try (BufferedReader output = owner.inputReader()) {
			String[] server = serverLine(output).split(" ", 3);
			List<ProcessHandle> processes = runningFamily(Long.parseLong(server[1]));
			Path directory = Path.of(server[2]);
			assertThat(processes).hasSizeGreaterThan(kind.equals("redis") ? 0 : 1);
			assertThat(directory).exists();

			owner.destroyForcibly();

			await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				assertThat(processes).noneMatch(ServerProcess::isRunning);
				assertThat(directory).doesNotExist();
			});
		}
		finally {
			owner.destroyForcibly();
		}
	}

	private static String serverLine(BufferedReader output) throws Exception {
		String line = output.readLine();
		while (line != null && !line.startsWith("server ")) {
			line = output.readLine();
		}
		assertThat(line).isNotNull();
		return line;
	}

	/**
	 * The server and its children, without those that end by themselves at this moment,
	 * as the workers of Postgres do.
	 */
	private static List<ProcessHandle> runningFamily(long pid) {
		ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
		assertThat(server).matches(ServerProcess::isRunning);
		return Stream.concat(Stream.of(server), server.descendants()).filter(ServerProcess::isRunning).toList();
	}

}
