package io.github.queuestarter.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stands between a client and Redis, and can make connections fall silent that stay open:
 * what a network does that drops packets.
 */
final class SilentProxy implements AutoCloseable {

	private final ServerSocket entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final String host;

	private final int port;

	private final CountDownLatch swallowed = new CountDownLatch(1);

	private volatile String swallows = "";

	private volatile int generation;

	SilentProxy(String host, int port) throws IOException {
		this.host = host;
		this.port = port;
		start(this::accept);
	}

	int port() {
		return this.entrance.getLocalPort();
	}

	/**
	 * From now on the first connection on which Redis answers with this text falls
	 * silent, from this answer on.
	 */
	void swallow(String text) {
		this.swallows = text;
	}

	void awaitSwallowed() throws InterruptedException {
		assertThat(this.swallowed.await(15, TimeUnit.SECONDS)).as("an answer is swallowed").isTrue();
	}

	/**
	 * Let all present connections fall silent. New ones work.
	 */
	void silence() {
		this.generation++;
	}

	@Override
	public void close() throws IOException {
		this.entrance.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.entrance.accept();
			Socket server = new Socket(this.host, this.port);
			this.sockets.addAll(List.of(client, server));
			int mine = this.generation;
			start(() -> pump(client, server, (text) -> mine == this.generation));
			start(() -> pump(server, client, (text) -> mine == this.generation && !isToBeSwallowed(text)));
		}
	}

	private boolean isToBeSwallowed(String text) {
		boolean yes = !this.swallows.isEmpty() && text.contains(this.swallows);
		if (yes) {
			this.swallows = "";
			this.swallowed.countDown();
		}
		return yes;
	}

	private static void pump(Socket from, Socket to, Predicate<String> passes) throws IOException {
		byte[] bytes = new byte[65536];
		boolean silent = false;
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int size = in.read(bytes); size >= 0; size = in.read(bytes)) {
				silent = silent || !passes.test(new String(bytes, 0, size, StandardCharsets.ISO_8859_1));
				if (!silent) {
					out.write(bytes, 0, size);
				}
			}
		}
	}

	private static void start(Pump pump) {
		Thread thread = new Thread(() -> {
			try {
				pump.run();
			}
			catch (IOException ex) {
				// The end of a connection
			}
		}, "silent-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * What a thread does.
	 */
	private interface Pump {

		void run() throws IOException;

	}

}
