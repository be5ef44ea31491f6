package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A small shell that outlives this JVM by a moment and takes the server with it.
 * <p>
 * It reads from a pipe that only this JVM holds. However the JVM ends, the pipe closes,
 * and the shell kills the process that the pid file names at that time, with its
 * children, and removes the server's temporary directory. Nothing depends on shutdown
 * hooks, so the server stays up until the very end of an orderly shutdown. On Windows
 * there is no watchdog: there a server goes away only when it is closed.
 */
final class Watchdog implements AutoCloseable {

	// A line, even an empty one, calls it off. Signals from a terminal go to the whole
	// process group, so they are ignored here. Suspended children of a suspended server
	// would not notice that it is gone, hence the list.
	private static final String SCRIPT = """
			trap '' INT HUP TERM
			read -r line && exit 0
			if [ -f "$1" ]; then
			  read -r pid rest < "$1"
			  children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
			  kill -9 $pid $children
			fi
			if [ -n "$2" ]; then
			  rm -rf "$2"
			fi
			""";

	private final @Nullable Process process;

	private Watchdog(@Nullable Process process) {
		this.process = process;
	}

	/**
	 * Watch over a server.
	 * @param pidFile the file in which the server will write its pid
	 * @param temporary a directory to remove with the server, if any
	 */
	static Watchdog over(Path pidFile, @Nullable Path temporary) {
		if (!Shell.isAvailable()) {
			return new Watchdog(null);
		}
		try {
			return new Watchdog(new ProcessBuilder("sh", "-c", SCRIPT, "queue-servers-watchdog", pidFile.toString(),
					(temporary != null) ? temporary.toString() : "")
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.redirectError(ProcessBuilder.Redirect.DISCARD)
				.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		if (this.process == null) {
			return;
		}
		try (var pipe = this.process.getOutputStream()) {
			pipe.write('\n');
		}
		catch (IOException ignored) {
			// it is gone already
		}
	}

}
