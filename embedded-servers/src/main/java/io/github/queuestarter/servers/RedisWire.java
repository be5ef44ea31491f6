package io.github.queuestarter.servers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * A connection that sends commands to a Redis server and reads their answers.
 */
final class RedisWire implements AutoCloseable {

	private static final int TIMEOUT = 5000;

	private final Socket socket;

	private final InputStream input;

	private RedisWire(Socket socket) throws IOException {
		this.socket = socket;
		this.input = new BufferedInputStream(socket.getInputStream());
	}

	static RedisWire connect(String host, int port, @Nullable SSLContext tls) throws IOException {
		Socket socket = (tls != null) ? tls.getSocketFactory().createSocket() : new Socket();
		try {
			socket.connect(new InetSocketAddress(host, port), TIMEOUT);
			socket.setSoTimeout(TIMEOUT);
			return new RedisWire(socket);
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Send a command.
	 * @return a {@code String}, a {@code Long}, a {@code List} of these, or null
	 * @throws IllegalStateException if the server answers with an error, with its text
	 */
	@Nullable Object call(String... command) throws IOException {
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		request.writeBytes("*%d\r\n".formatted(command.length).getBytes(StandardCharsets.UTF_8));
		for (String word : command) {
			byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
			request.writeBytes("$%d\r\n".formatted(bytes.length).getBytes(StandardCharsets.UTF_8));
			request.writeBytes(bytes);
			request.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
		}
		this.socket.getOutputStream().write(request.toByteArray());
		this.socket.getOutputStream().flush();
		return answer();
	}

	private @Nullable Object answer() throws IOException {
		String line = line();
		String rest = line.substring(1);
		return switch (line.charAt(0)) {
			case '+' -> rest;
			case ':' -> Long.valueOf(rest);
			case '$' -> text(Integer.parseInt(rest));
			case '*' -> list(Integer.parseInt(rest));
			case '-' -> throw new IllegalStateException(rest);
			default -> throw new IOException("Unexpected answer: " + line);
		};
	}

	private @Nullable String text(int length) throws IOException {
		if (length < 0) {
			return null;
		}
		byte[] bytes = this.input.readNBytes(length);
		line();
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private @Nullable List<@Nullable Object> list(int size) throws IOException {
		if (size < 0) {
			return null;
		}
		List<@Nullable Object> items = new ArrayList<>(size);
		for (int i = 0; i < size; i++) {
			items.add(answer());
		}
		return items;
	}

	private String line() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		int next = this.input.read();
		while (next != '\r') {
			if (next < 0) {
				throw new EOFException("The server has closed the connection");
			}
			line.write(next);
			next = this.input.read();
		}
		this.input.read();
		return line.toString(StandardCharsets.UTF_8);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
