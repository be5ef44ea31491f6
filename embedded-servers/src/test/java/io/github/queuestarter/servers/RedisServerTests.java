package io.github.queuestarter.servers;

import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link RedisServer}.
 */
@DisabledOnOs(OS.WINDOWS)
class RedisServerTests {

	@Test
	void answersOnceStarted() throws Exception {
		try (RedisServer server = RedisServer.builder().start(); RedisClient client = new RedisClient(server)) {
			assertThat(server.isRunning()).isTrue();
			assertThat(client.call("PING")).isEqualTo("+PONG");
		}
	}

	@Test
	void closeEndsTheProcessAndRemovesItsFiles() {
		RedisServer server = RedisServer.builder().start();
		long pid = server.pid();
		server.close();
		assertThat(server.isRunning()).isFalse();
		assertThat(ProcessHandle.of(pid).filter(ServerProcess::isRunning)).isEmpty();
		assertThat(server.directory()).doesNotExist();
		server.close();
	}

	@Test
	void twoServersDoNotMeet() throws Exception {
		try (RedisServer one = RedisServer.builder().start();
				RedisServer two = RedisServer.builder().start();
				RedisClient clientOfOne = new RedisClient(one);
				RedisClient clientOfTwo = new RedisClient(two)) {
			clientOfOne.call("SET key one");
			assertThat(clientOfTwo.call("EXISTS key")).isEqualTo(":0");
		}
	}

	@Test
	void killedServerComesBackOnItsPortWithWhatItPersisted() throws Exception {
		try (RedisServer server = RedisServer.builder().config("--appendonly", "yes").start()) {
			int port = server.port();
			try (RedisClient client = new RedisClient(server)) {
				client.call("SET key value");
			}
			server.kill();
			assertThat(server.isRunning()).isFalse();
			server.start();
			assertThat(server.port()).isEqualTo(port);
			try (RedisClient client = new RedisClient(server)) {
				assertThat(client.call("GET key")).isEqualTo("value");
			}
		}
	}

	@Test
	void stoppedServerForgetsWithoutPersistence() throws Exception {
		try (RedisServer server = RedisServer.builder().start()) {
			try (RedisClient client = new RedisClient(server)) {
				client.call("SET key value");
			}
			server.stop();
			server.start();
			try (RedisClient client = new RedisClient(server)) {
				assertThat(client.call("EXISTS key")).isEqualTo(":0");
			}
		}
	}

	@Test
	void suspendedServerAnswersLater() throws Exception {
		try (RedisServer server = RedisServer.builder().start(); RedisClient client = new RedisClient(server)) {
			server.suspend();
			client.send("PING");
			assertThatExceptionOfType(SocketTimeoutException.class)
				.isThrownBy(() -> client.answer(Duration.ofMillis(200)));
			server.resume();
			assertThat(client.answer(Duration.ofSeconds(10))).isEqualTo("+PONG");
		}
	}

	@Test
	void suspendedServerCanBeClosed() {
		RedisServer server = RedisServer.builder().start();
		server.suspend();
		server.close();
		assertThat(server.isRunning()).isFalse();
	}

	@Test
	void passwordIsAskedFor() throws Exception {
		try (RedisServer server = RedisServer.builder().password("secret").start();
				RedisClient client = new RedisClient(server)) {
			assertThat(client.call("PING")).startsWith("-NOAUTH");
			assertThat(client.call("AUTH secret")).isEqualTo("+OK");
		}
	}

	@Test
	void userMayDoWhatItsRulesSay() throws Exception {
		try (RedisServer server = RedisServer.builder().user("guest", "on", ">secret", "~door", "+exists").start();
				RedisClient client = new RedisClient(server)) {
			assertThat(client.call("AUTH guest secret")).isEqualTo("+OK");
			assertThat(client.call("EXISTS door")).isEqualTo(":0");
			assertThat(client.call("EXISTS window")).startsWith("-NOPERM");
			assertThat(client.call("DEL door")).startsWith("-NOPERM");
		}
	}

	@Test
	void serverWithACertificateTalksTlsAlone(@TempDir Path directory) {
		ServerCertificate certificate = ServerCertificate.create(directory);
		try (RedisServer server = RedisServer.builder().certificate(certificate).start()) {
			assertThat(server.call("PING")).isEqualTo("PONG");
			assertThat(server.call("CONFIG", "GET", "port")).isEqualTo(List.of("port", "0"));
		}
	}

	@Test
	void namedDirectoryIsKept(@TempDir Path directory) throws Exception {
		try (RedisServer server = RedisServer.builder().directory(directory).config("--appendonly", "yes").start();
				RedisClient client = new RedisClient(server)) {
			client.call("SET key value");
		}
		try (Stream<Path> kept = Files.walk(directory)) {
			assertThat(kept.filter((file) -> file.toString().endsWith(".aof"))).anySatisfy(
					(file) -> assertThat(file).content(StandardCharsets.ISO_8859_1).contains("SET", "key", "value"));
		}
	}

	@Test
	void portInUseIsReported() {
		try (RedisServer server = RedisServer.builder().start()) {
			assertThatIllegalStateException().isThrownBy(() -> RedisServer.builder().port(server.port()).start())
				.withMessageContaining("Redis on port %d did not start", server.port())
				.withMessageContaining("Failed listening");
		}
	}

	@Test
	void badArgumentIsReported() {
		assertThatIllegalStateException().isThrownBy(() -> RedisServer.builder().config("--no-such", "thing").start())
			.withMessageContaining("no-such");
	}

}
