package io.github.queuestarter.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Stands between an application and its database, and cuts a connection at a commit.
 */
final class CommitProxy implements AutoCloseable {

	/**
	 * The driver gives the statement a name when it is first used, and then uses that.
	 */
	private static final Pattern NAMED_COMMIT = Pattern.compile("(S_[0-9]+\\x00)COMMIT\\x00");

	private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final AtomicReference<@Nullable Cut> next = new AtomicReference<>();

	private final URI target;

	private final String mark;

	/**
	 * Open a proxy.
	 * @param mark what a connection must have sent to be cut
	 */
	CommitProxy(String jdbcUrl, String mark) throws IOException {
		this.mark = mark;
		this.target = URI.create(jdbcUrl.substring("jdbc:".length()));
		start(this::accept);
	}

	String url() {
		String query = (this.target.getQuery() != null) ? "?" + this.target.getQuery() : "";
		return "jdbc:postgresql://localhost:" + this.server.getLocalPort() + this.target.getPath() + query;
	}

	/**
	 * Cut the marked connection that commits next.
	 */
	void cutNextCommit(Cut cut) {
		this.next.set(cut);
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.server.accept();
			Socket database = new Socket(this.target.getHost(), this.target.getPort());
			this.sockets.addAll(List.of(client, database));
			Link link = new Link(client, database);
			start(link::passRequests);
			start(link::passAnswers);
		}
	}

	private static void start(Forwarding forwarding) {
		Thread thread = new Thread(() -> {
			try {
				forwarding.run();
			}
			catch (IOException ex) {
				// One side is gone
			}
		}, "commit-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	/**
	 * When to cut.
	 */
	enum Cut {

		/**
		 * The database never hears of the commit.
		 */
		BEFORE,

		/**
		 * The database has committed, and the application never hears of it.
		 */
		BEHIND

	}

	/**
	 * One connection.
	 */
	private final class Link {

		private final Socket client;

		private final Socket database;

		private volatile boolean answerIsCut;

		Link(Socket client, Socket database) {
			this.client = client;
			this.database = database;
		}

		void passRequests() throws IOException {
			InputStream from = this.client.getInputStream();
			OutputStream to = this.database.getOutputStream();
			byte[] buffer = new byte[65536];
			boolean marked = false;
			String commit = null;
			for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
				String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
				marked |= text.contains(CommitProxy.this.mark);
				Matcher named = NAMED_COMMIT.matcher(text);
				if (named.find()) {
					commit = "\0" + named.group(1);
				}
				if (marked && commit != null && text.contains(commit)) {
					Cut cut = CommitProxy.this.next.getAndSet(null);
					if (cut == Cut.BEFORE) {
						break;
					}
					this.answerIsCut = (cut == Cut.BEHIND);
				}
				to.write(buffer, 0, length);
			}
			cut();
		}

		void passAnswers() throws IOException {
			InputStream from = this.database.getInputStream();
			OutputStream to = this.client.getOutputStream();
			byte[] buffer = new byte[65536];
			for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
				if (this.answerIsCut) {
					break;
				}
				to.write(buffer, 0, length);
			}
			cut();
		}

		private void cut() throws IOException {
			this.client.close();
			this.database.close();
		}

	}

	@FunctionalInterface
	private interface Forwarding {

		void run() throws IOException;

	}

}
