package io.github.queuestarter.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks a Redis server whether it is ready, over a plain socket.
 */
final class RedisProbe {

	private static final int TIMEOUT = 1000;

	private RedisProbe() {
	}

	/**
	 * Whether the server answers PING, which it does not while it loads its data.
	 */
	static boolean answers(String host, int port, @Nullable String password) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(host, port), TIMEOUT);
			socket.setSoTimeout(TIMEOUT);
			var input = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
			if (password != null) {
				send(socket, "AUTH", password);
				input.readLine();
			}
			send(socket, "PING");
			return "+PONG".equals(input.readLine());
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void send(Socket socket, String... command) throws IOException {
		StringBuilder request = new StringBuilder("*%d\r\n".formatted(command.length));
		for (String word : command) {
			request.append("$%d\r\n%s\r\n".formatted(word.getBytes(StandardCharsets.UTF_8).length, word));
		}
		socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
	}

}
