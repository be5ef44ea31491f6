package io.github.queuestarter.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and the database, and can stop to pass on what the database
 * answers, as a frozen client would.
 */
final class FreezingProxy implements AutoCloseable {

	private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final URI target;

	private volatile boolean frozen;

	FreezingProxy(String jdbcUrl) throws IOException {
		this.target = URI.create(jdbcUrl.substring("jdbc:".length()));
		start(() -> {
			while (true) {
				Socket client = this.server.accept();
				Socket database = new Socket(this.target.getHost(), this.target.getPort());
				this.sockets.addAll(List.of(client, database));
				start(() -> pass(client.getInputStream(), database.getOutputStream(), false));
				start(() -> pass(database.getInputStream(), client.getOutputStream(), true));
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

	private void pass(InputStream from, OutputStream to, boolean freezes) throws IOException {
		byte[] buffer = new byte[8192];
		for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
			if (freezes && this.frozen) {
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
