package io.github.queuestarter.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

import io.github.queuestarter.servers.RedisCluster;
import io.github.queuestarter.servers.RedisSentinels;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.servers.ServerCertificate;

import org.springframework.boot.SpringApplication;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * How the Redis is set up that the contracts run on. All tests of a JVM share it; those
 * that kill servers start their own.
 * <p>
 * {@code -Dqueue.test.redis.topology=standalone|sentinel|cluster|tls} chooses.
 */
public enum RedisTopology {

	/**
	 * One server, see {@link TestServers}.
	 */
	STANDALONE,

	/**
	 * A master with a replica, and three Sentinels.
	 */
	SENTINEL,

	/**
	 * A Redis Cluster of three masters, each with a replica.
	 */
	CLUSTER,

	/**
	 * A server that talks nothing but TLS.
	 */
	TLS;

	private static final String PROPERTY = "queue.test.redis.topology";

	/**
	 * A server that stalls on a busy machine is not dead, and a failover may lose
	 * messages.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Supplier<RedisSentinels> SENTINELS = SingletonSupplier.of(() -> {
		RedisSentinels sentinels = RedisSentinels.start(1);
		sentinels.takeForDeadAfter(PATIENCE);
		return sentinels;
	});

	private static final Supplier<RedisCluster> CLUSTERS = SingletonSupplier
		.of(() -> RedisCluster.start("--cluster-node-timeout", Long.toString(PATIENCE.toMillis())));

	private static final Supplier<TlsServer> TLS_SERVER = SingletonSupplier.of(TlsServer::start);

	/**
	 * The one that is chosen.
	 */
	public static RedisTopology chosen() {
		return valueOf(System.getProperty(PROPERTY, "standalone").toUpperCase(Locale.ROOT));
	}

	public static RedisSentinels sentinels() {
		return SENTINELS.get();
	}

	public static RedisCluster cluster() {
		return CLUSTERS.get();
	}

	public static TlsServer tls() {
		return TLS_SERVER.get();
	}

	/**
	 * A server that talks TLS.
	 *
	 * @param redis where it is
	 * @param certificate whom to trust
	 */
	public record TlsServer(TestRedis redis, Path certificate) {

		private static TlsServer start() {
			try {
				Path directory = Files.createTempDirectory("queue-test-certificate");
				ServerCertificate certificate = ServerCertificate.create(directory);
				RedisServer server = RedisServer.builder().certificate(certificate).start();
				SpringApplication.getShutdownHandlers().add(() -> {
					server.close();
					FileSystemUtils.deleteRecursively(directory.toFile());
				});
				return new TlsServer(new TestRedis(server.host(), server.port(), null, null),
						certificate.certificate());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
