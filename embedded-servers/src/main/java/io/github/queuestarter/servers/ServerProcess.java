package io.github.queuestarter.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server process and its children, known by the pid file that it wrote.
 */
final class ServerProcess {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ProcessHandle handle;

	private ServerProcess(ProcessHandle handle) {
		this.handle = handle;
	}

	/**
	 * Find the process by the first line of its pid file.
	 * @return the process, or empty if there is no such file or no such process
	 */
	static Optional<ServerProcess> of(Path pidFile) {
		return Directories.read(pidFile)
			.lines()
			.findFirst()
			.map(String::strip)
			.filter((pid) -> pid.matches("\\d+"))
			.flatMap((pid) -> ProcessHandle.of(Long.parseLong(pid)))
			.map(ServerProcess::new)
			.filter(ServerProcess::isRunning);
	}

	long pid() {
		return this.handle.pid();
	}

	boolean isRunning() {
		return isRunning(this.handle);
	}

	void kill() {
		List<ProcessHandle> family = family();
		family.forEach(ProcessHandle::destroyForcibly);
		awaitExit(family);
	}

	/**
	 * Ask the server to stop and wait until it has.
	 */
	void terminate() {
		this.handle.destroy();
		awaitExit(family());
	}

	/**
	 * Freeze the process, and wait until it is: a signal may take its time to arrive.
	 */
	void suspend() {
		signal("STOP");
		Await.until(PATIENCE, () -> isSuspended(this.handle));
	}

	/**
	 * Let a suspended process run on; without effect on any other.
	 */
	void resume() {
		if (Shell.isAvailable()) {
			signal("CONT");
		}
	}

	// The parent first, so that it starts no further children. Any of those may end
	// meanwhile.
	private void signal(String name) {
		Shell.run(List.of("sh", "-c", "kill -%s %d".formatted(name, pid())));
		String children = this.handle.descendants()
			.map((child) -> Long.toString(child.pid()))
			.collect(Collectors.joining(" "));
		if (!children.isEmpty()) {
			Shell.run(List.of("sh", "-c", "kill -%s %s || true".formatted(name, children)));
		}
	}

	private List<ProcessHandle> family() {
		return Stream.concat(Stream.of(this.handle), this.handle.descendants()).toList();
	}

	private static void awaitExit(List<ProcessHandle> processes) {
		if (!Await.until(PATIENCE, () -> processes.stream().noneMatch(ServerProcess::isRunning))) {
			throw new IllegalStateException("Processes %s still run after %s".formatted(processes, PATIENCE));
		}
	}

	/**
	 * Whether the process runs. In a container whose first process does not reap orphans
	 * a dead server stays in the process table, and Java calls it alive.
	 */
	static boolean isRunning(ProcessHandle process) {
		return process.isAlive() && !isZombie(process);
	}

	private static boolean isZombie(ProcessHandle process) {
		Path stat = stat(process);
		if (!Files.exists(stat)) {
			return false;
		}
		String content = Directories.read(stat);
		return content.isEmpty() || content.startsWith("Z", content.lastIndexOf(')') + 2);
	}

	// Where there is no such file nobody can tell
	private static boolean isSuspended(ProcessHandle process) {
		String content = Directories.read(stat(process));
		return content.isEmpty() || content.startsWith("T", content.lastIndexOf(')') + 2);
	}

	private static Path stat(ProcessHandle process) {
		return Path.of("/proc", Long.toString(process.pid()), "stat");
	}

}
