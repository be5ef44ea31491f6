package io.github.queuestarter.benchmarks.starter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.benchmarks.Benchmarks;

import org.springframework.util.ClassUtils;

/**
 * A JVM of its own that runs {@link Child}.
 */
final class Forked implements AutoCloseable {

	private static final String JAR_LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

	private final Process process;

	private final BufferedReader output;

	private Forked(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	static Forked start(List<String> options, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(System.getProperty("java.home") + "/bin/java");
		command.addAll(options);
		command.add("-cp");
		command.add(System.getProperty("java.class.path"));
		command.add(ClassUtils.isPresent(JAR_LAUNCHER, ClassLoader.getSystemClassLoader()) ? JAR_LAUNCHER
				: Benchmarks.class.getName());
		command.add("child");
		command.addAll(arguments);
		return new Forked(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
	}

	/**
	 * Wait for a line that begins with a word.
	 * @return the rest of the line
	 */
	String await(String word) throws IOException, InterruptedException {
		for (String line = this.output.readLine(); line != null; line = this.output.readLine()) {
			if (line.startsWith(word + " ")) {
				return line.substring(word.length() + 1);
			}
		}
		throw new IllegalStateException("The forked JVM ended with exit code " + this.process.waitFor());
	}

	Duration cpuTime() {
		return this.process.info().totalCpuDuration().orElse(Duration.ZERO);
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		this.process.waitFor();
	}

}
