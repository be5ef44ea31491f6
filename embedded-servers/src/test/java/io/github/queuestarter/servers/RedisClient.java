package io.github.queuestarter.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Inline commands with answers of one line.
 */
final class RedisClient implements AutoCloseable {

	private final Socket socket;

	private final BufferedReader input;

	RedisClient(RedisServer server) {
		try {
			this.socket = new Socket(server.host(), server.port());
			this.input = new BufferedReader(
					new InputStreamReader(this.socket.getInputStream(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void send(String command) throws IOException {
		this.socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
	}

	String answer(Duration timeout) throws IOException {
		this.socket.setSoTimeout((int) timeout.toMillis());
		return this.input.readLine();
	}

	String call(String command) throws IOException {
		send(command);
		String line = answer(Duration.ofSeconds(10));
		return line.startsWith("$") ? this.input.readLine() : line;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
