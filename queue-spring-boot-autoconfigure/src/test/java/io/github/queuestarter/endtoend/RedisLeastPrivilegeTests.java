package io.github.queuestarter.endtoend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.QueueStoreException;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.servers.ServerCertificate;
import io.github.queuestarter.testing.AclLog;
import io.github.queuestarter.testing.DocumentedAclRule;
import io.github.queuestarter.testing.TestRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/**
 * A Redis that talks nothing but TLS, and a user that may do no more than is documented.
 */
class RedisLeastPrivilegeTests extends FailureContract {

	private static final String PASSWORD = "secret";

	@TempDir
	private static Path directory;

	private static RedisServer server;

	private static ServerCertificate certificate;

	private String user = DocumentedAclRule.USER;

	@BeforeAll
	static void startServer() {
		certificate = ServerCertificate.create(directory);
		server = RedisServer.builder()
			.certificate(certificate)
			.user(DocumentedAclRule.USER, "on", ">" + PASSWORD)
			.config(DocumentedAclRule.of("queue:", DocumentedAclRule.BASE).toArray(String[]::new))
			.start();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Override
	Backend backend() {
		Backend redis = Backend.redis(new TestRedis(server.host(), server.port(), this.user, PASSWORD));
		Map<String, String> properties = new HashMap<>(redis.properties());
		properties.put("spring.data.redis.ssl.bundle", "redis");
		properties.put("spring.ssl.bundle.pem.redis.truststore.certificate", "file:" + certificate.certificate());
		return new Backend("redis", properties);
	}

	private static Health health(Application application) {
		Health health = application.context().getBean("queueHealthIndicator", HealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	@Test
	void ruleIsEnoughForAllElseThatAnApplicationDoes() {
		server.call("ACL", "LOG", "RESET");
		RedisSentinelTests.Texts texts = new RedisSentinelTests.Texts();
		Board board = new Board();
		Application application = start(application().listener(texts)
			.listener(board)
			.with("queue.queues." + this.queue + "-board.groups.ephemeral.start-from", "earliest"));
		application.template().send(this.queue, "delayed", SendOptions.delay(Duration.ofMillis(50)));
		assertThat(texts.received.await(1)).containsExactly("delayed");
		application.admin().pause(this.queue, "default");
		application.template().send(this.queue, "paused");
		assertThat(application.admin().stats(this.queue, "default").paused()).isTrue();
		application.admin().resume(this.queue, "default");
		texts.received.await(2);
		application.template().send(this.queue + "-board", "for everyone");
		assertThat(board.received.await(1)).containsExactly("for everyone");
		await().until(() -> server.call("XLEN", "queue:" + this.queue).equals(0L));
		String id = application.template().send(this.queue, "never", SendOptions.delay(Duration.ofHours(1)));
		assertThat(application.admin().cancel(this.queue, id)).isTrue();
		await().until(() -> health(application).getStatus().equals(Status.UP));
		assertThat(health(application).getDetails()).doesNotContainKey("findings");
		closeWhatWasStarted();
		// Whether Redis is safe is looked at at start, and may be refused
		assertThat(AclLog.refused(server)).isSubsetOf("info");
	}

	@Test
	void missingPermissionIsNamedAndFoundAgainWhenItIsThere() {
		assumeFalse(String.valueOf(server.call("INFO", "server")).contains("redis_version:6."),
				"before 7.0 nobody can ask what a user may do");
		this.user = "lacking";
		server.call("ACL", "SETUSER", this.user, "on", ">" + PASSWORD);
		DocumentedAclRule.of("queue:", DocumentedAclRule.BASE)
			.forEach((rule) -> server.call("ACL", "SETUSER", this.user, rule));
		server.call("ACL", "SETUSER", this.user, "-xdel", "-xgroup|destroy");
		Application application = start(new RedisSentinelTests.Texts());
		await().until(() -> health(application).getDetails().containsKey("findings"));
		assertThat(health(application).getDetails().get("findings")).asString()
			.contains("may not run xdel, xgroup|destroy with the keys of queue '" + this.queue + "'")
			.contains("Add '+xdel +xgroup|destroy' to its rule");
		server.call("ACL", "SETUSER", this.user, "+xdel", "+xgroup|destroy");
		await().until(() -> !health(application).getDetails().containsKey("findings"));
	}

	@Test
	void heartGoesOnWithoutTheRightsToTellWhoElseReads() {
		assumeFalse(String.valueOf(server.call("INFO", "server")).contains("redis_version:6."),
				"before 7.0 single subcommands can't be taken away");
		this.user = "blind";
		server.call("ACL", "SETUSER", this.user, "on", ">" + PASSWORD);
		DocumentedAclRule.of("queue:", DocumentedAclRule.BASE)
			.forEach((rule) -> server.call("ACL", "SETUSER", this.user, rule));
		server.call("ACL", "SETUSER", this.user, "-xgroup|createconsumer", "-xinfo|consumers");
		RedisSentinelTests.Texts texts = new RedisSentinelTests.Texts();
		Events events = new Events();
		Application application = start(application().listener(texts).listener(events));
		// a second one, so that there is something to tell
		Application other = start(application().listener(texts));
		// longer than the expiry: who could not beat starts no handler any more
		await().pollDelay(Duration.ofSeconds(3))
			.until(() -> health(application).getStatus().equals(Status.UP)
					&& health(other).getStatus().equals(Status.UP));
		application.template().sendAll(this.queue, List.of("a", "b", "c"));
		texts.received.await(3);
		assertThat(events.of(QueueEvent.HeartbeatFailed.class)).isEmpty();
	}

	@Test
	void sendThatIsNotAllowedNamesTheCommand() {
		this.user = "reader";
		server.call("ACL", "SETUSER", this.user, "on", ">" + PASSWORD, "~*", "+@all", "-xadd");
		Application application = start(application());
		assertThatExceptionOfType(QueueStoreException.class)
			.isThrownBy(() -> application.template().send(this.queue, "text"))
			.withMessageContaining("'xadd'")
			.withMessageContaining("Redis in production");
	}

	static final class Board {

		final Received<String> received = new Received<>();

		@QueueListener(queue = "${test.queue}-board", ephemeral = true)
		void on(String text) {
			this.received.add(text);
		}

	}

}
