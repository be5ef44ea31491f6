package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Finds the Redis executable to run.
 */
final class RedisExecutable {

	static final String PROPERTY = "queue.servers.redis.executable";

	/**
	 * The build adds the artifact that carries a version other than the default when it
	 * is given the same property.
	 */
	static final String VERSION_PROPERTY = "queue.servers.redis.version";

	private static final String DEFAULT_VERSION = "7.0";

	private static final Map<String, List<String>> BUNDLED = Map.of(DEFAULT_VERSION,
			List.of("redis-server-7.0.15-%s-%s"), "6.2",
			List.of("redis-server-6.2.6-v5-%s-%s", "redis-server-6.2.7-%s-%s"));

	private RedisExecutable() {
	}

	/**
	 * The executable that the system property {@value #PROPERTY} names, else the bundled
	 * Redis of the version that {@value #VERSION_PROPERTY} names.
	 * @return a path, or a name to be found by the operating system
	 */
	static String locate() {
		String configured = System.getProperty(PROPERTY, "");
		return configured.isBlank() ? unpack(bundledName()).toString() : configured;
	}

	private static String bundledName() {
		String version = System.getProperty(VERSION_PROPERTY, DEFAULT_VERSION);
		List<String> names = BUNDLED.getOrDefault(version, List.of())
			.stream()
			.map(RedisExecutable::forThisPlatform)
			.toList();
		return names.stream()
			.filter((name) -> RedisExecutable.class.getResource("/" + name) != null)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(
					"There is no bundled Redis %s for this platform (looked for %s). Name an executable with -D%s=/path/to/redis-server."
						.formatted(version, names, PROPERTY)));
	}

	private static String forThisPlatform(String name) {
		String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
		String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
		return name.formatted(os.startsWith("mac") ? "darwin" : os, switch (arch) {
			case "aarch64" -> "arm64";
			case "x86_64" -> "amd64";
			case "x86", "i386" -> "386";
			default -> arch;
		});
	}

	private static Path unpack(String name) {
		byte[] content = read(name);
		Path directory = Directories.create(Directories.cache().resolve("redis-" + hash(content)));
		Path executable = directory.resolve(name);
		try {
			if (!Files.isExecutable(executable)) {
				Path unfinished = Files.createTempFile(directory, name, ".tmp");
				Files.write(unfinished, content);
				if (!unfinished.toFile().setExecutable(true)) {
					throw new IOException("Could not make %s executable".formatted(unfinished));
				}
				Files.move(unfinished, executable, StandardCopyOption.ATOMIC_MOVE);
			}
			return executable;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static byte[] read(String name) {
		try (InputStream resource = RedisExecutable.class.getResourceAsStream("/" + name)) {
			return Objects.requireNonNull(resource).readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String hash(byte[] content) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
			return HexFormat.of().formatHex(digest, 0, 8);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
