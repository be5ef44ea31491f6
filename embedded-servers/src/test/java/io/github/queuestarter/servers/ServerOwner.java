package io.github.queuestarter.servers;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A JVM that starts a server, tells about it and waits to be killed.
 */
final class ServerOwner {

	private ServerOwner() {
	}

	public static void main(String[] args) throws IOException {
		switch (args[0]) {
			case "redis" -> {
				RedisServer server = RedisServer.builder().start();
				tell(server.pid(), server.directory());
			}
			case "postgres" -> {
				PostgresServer server = PostgresServer.builder().start();
				tell(server.pid(), server.directory());
			}
			case "suspended-postgres" -> {
				PostgresServer server = PostgresServer.builder().start();
				server.suspend();
				tell(server.pid(), server.directory());
			}
			default -> throw new IllegalArgumentException(args[0]);
		}
		System.in.read();
	}

	private static void tell(long pid, Path directory) {
		System.out.println("server %d %s".formatted(pid, directory));
	}

}
