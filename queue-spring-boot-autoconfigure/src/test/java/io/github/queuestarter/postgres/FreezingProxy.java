package io.github.queuestarter.postgres;

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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and the database, and can stop to pass on what the database
 * answers, as a frozen client would.
 */
final class FreezingProxy implements AutoCloseable {

	private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final URI target;

	private volatile boolean frozen;

	private volatile @Nullable String swallowed;

	FreezingProxy(String jdbcUrl) throws IOException {
		this.target = URI.create(jdbcUrl.substring("jdbc:".length()));
		start(() -> {
			while (true) {
				Socket client = this.server.accept();
				Socket database = new Socket(this.target.getHost(), this.target.getPort());
				this.sockets.addAll(List.of(client, database));
				AtomicBoolean dead = new AtomicBoolean();
				start(() -> pass(client.getInputStream(), database.getOutputStream(), (bytes) -> {
					String text = this.swallowed;
					if (text != null && bytes.contains(text)) {
						dead.set(true);
					}
					return true;
				}));
				start(() -> pass(database.getInputStream(), client.getOutputStream(),
						(bytes) -> !this.frozen && !dead.get()));
			}
		});
	}

	String url() {
		String query = (this.target.getQuery() != null) ? "?" + this.target.getQuery() : "";
		return "jdbc:postgresql://localhost:" + this.server.getLocalPort() + this.target.getPath() + query;
	}

	void freeze() {
		this.frozen = true;
	}

	/**
	 * Pass on what new connections bring. Those that were in use stay as they are.
	 */
	void thaw() {
		this.frozen = false;
	}

	/**
	 * Let each connection on which this text is sent be silent from then on, until
	 * another text is set, or none. New connections work.
	 */
	void swallowAnswersTo(@Nullable String text) {
		this.swallowed = text;
	}

	private static void pass(InputStream from, OutputStream to, Predicate<String> passes) throws IOException {
		byte[] buffer = new byte[8192];
		for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
			if (!passes.test(new String(buffer, 0, length, StandardCharsets.ISO_8859_1))) {
				return;
			}
			to.write(buffer, 0, length);
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
		});
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		for (Socket socket : this.sockets) {
			socket.close();
		}
		this.server.close();
	}

	@FunctionalInterface
	private interface Forwarding {

		void run() throws IOException;

	}

}
