package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Finds a port that nobody listens on.
 */
final class FreePort {

	private FreePort() {
	}

	/**
	 * A port that was free a moment ago; somebody else may take it before it is used.
	 */
	static int find() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A port that was free a moment ago, as was the one that lies the given number
	 * further.
	 */
	static int find(int offset) {
		for (int attempt = 0; attempt < 1000; attempt++) {
			int port = find();
			if (port + offset <= 65535 && isFree(port + offset)) {
				return port;
			}
		}
		throw new IllegalStateException("There are no two free ports that are %d apart".formatted(offset));
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
