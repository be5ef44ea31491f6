package io.github.queuestarter.servers;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.util.LinuxUtils;

/**
 * Postgres' own tool to start and stop a server on a data directory.
 */
final class PgCtl {

	private final Path data;

	private final Path log;

	PgCtl(Path data, Path log) {
		this.data = data;
		this.log = log;
	}

	/**
	 * Start with the options of the last start, which the data directory remembers.
	 */
	void startAgain() {
		run("restart", "-l", this.log.toString());
	}

	/**
	 * End all connections, write a checkpoint and wait for the end.
	 */
	void stop() {
		run("stop", "-m", "fast");
	}

	private void run(String action, String... options) {
		List<String> command = new ArrayList<>();
		// Postgres refuses to run as root; in a user namespace it sees another user
		if (LinuxUtils.isUnshareAvailable()) {
			command.addAll(List.of("unshare", "-U"));
		}
		command.addAll(List.of(executable().toString(), action, "-D", this.data.toString(), "-w"));
		command.addAll(List.of(options));
		Shell.run(command);
	}

	private Path executable() {
		String lastStart = Directories.read(this.data.resolve("postmaster.opts"));
		Path server = Path.of(lastStart.substring(0, lastStart.indexOf(" \"")));
		return server.resolveSibling(File.separatorChar == '\\' ? "pg_ctl.exe" : "pg_ctl");
	}

}
