package io.github.queuestarter.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;

/**
 * A {@link WorkerMain} in a process of its own, which can be killed.
 */
final class WorkerProcess implements AutoCloseable {

	private static final Duration START = Duration.ofMinutes(2);

	private final Process process;

	private final Received<Line> lines = new Received<>();

	private final Received<String> output = new Received<>();

	private final Thread reader;

	private WorkerProcess(Process process) {
		this.process = process;
		this.reader = new Thread(this::read, "worker-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	static WorkerProcess start(Map<String, String> properties) {
		return start(System.getProperty("java.class.path"), properties);
	}

	static WorkerProcess start(String classPath, Map<String, String> properties) {
		List<String> command = new ArrayList<>();
		command.add(System.getProperty("java.home") + "/bin/java");
		command.add("-Xmx256m");
		command.add("-XX:TieredStopAtLevel=1");
		command.add("-cp");
		command.add(classPath);
		command.add(WorkerMain.class.getName());
		properties.forEach((key, value) -> command.add(key + "=" + value));
		try {
			return new WorkerProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				String[] words = line.split(" ");
				this.output.add(line);
				if (line.equals("started") || words[0].equals("handled") || words[0].equals("dying")) {
					this.lines.add(new Line(words, System.nanoTime()));
				}
			}
		}
		catch (IOException ex) {
			// the process was killed
		}
	}

	/**
	 * Wait until it listens. To start a JVM and an application takes as long as the
	 * machine is busy and says nothing about queues.
	 */
	void awaitStarted() {
		Awaitility.await()
			.atMost(START)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> !this.lines.all().isEmpty() || !isAlive());
		if (this.lines.all().isEmpty()) {
			throw new AssertionError("The process ended before it had started:\n" + output());
		}
	}

	boolean hasStarted() {
		return !this.lines.all().isEmpty();
	}

	/**
	 * What was handled, in order.
	 */
	List<Line> handled() {
		return this.lines.all().stream().filter((line) -> line.words[0].equals("handled")).toList();
	}

	List<Line> dying() {
		return this.lines.all().stream().filter((line) -> line.words[0].equals("dying")).toList();
	}

	/**
	 * All that it printed, for the message of a failed test.
	 */
	String output() {
		return String.join("\n", this.output.all());
	}

	/**
	 * What it printed beside the messages that it handled.
	 */
	String log() {
		return this.output.all()
			.stream()
			.filter((line) -> !line.startsWith("handled "))
			.collect(Collectors.joining("\n"));
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * SIGKILL, and read what it had written.
	 */
	void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/**
	 * Send a signal, {@code STOP} or {@code CONT} for example.
	 */
	void signal(String name) {
		try {
			new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	void awaitEnd() {
		try {
			this.process.waitFor();
			this.reader.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		kill();
	}

	record Line(String[] words, long nanoTime) {

		String payload() {
			return this.words[1];
		}

		int crashes() {
			return Integer.parseInt(this.words[3]);
		}

	}

}
