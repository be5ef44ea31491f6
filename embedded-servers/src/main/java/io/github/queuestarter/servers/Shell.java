package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.List;

/**
 * Commands of the operating system.
 */
final class Shell {

	private Shell() {
	}

	/**
	 * Whether there are {@code sh} and signals, as there are not on Windows.
	 */
	static boolean isAvailable() {
		return !System.getProperty("os.name").startsWith("Windows");
	}

	/**
	 * Run a short command to its end.
	 * @return its output
	 * @throws IllegalStateException if it fails, with its output
	 */
	static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
			int status = process.waitFor();
			if (status != 0) {
				throw new IllegalStateException("%s failed with %d: %s".formatted(command, status, output));
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while running " + command, ex);
		}
	}

}
