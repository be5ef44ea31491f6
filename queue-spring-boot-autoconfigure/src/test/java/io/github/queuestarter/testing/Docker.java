package io.github.queuestarter.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;

/**
 * Decides whether servers come from Docker.
 */
final class Docker {

	private static final String PROPERTY = "queue.test.servers";

	private Docker() {
	}

	static boolean isWanted() {
		String choice = System.getProperty(PROPERTY, "auto");
		return switch (choice) {
			case "auto" -> answers();
			case "docker" -> true;
			case "embedded" -> false;
			default -> throw new IllegalArgumentException(
					"-D%s must be auto, docker or embedded and is '%s'".formatted(PROPERTY, choice));
		};
	}

	// Testcontainers reports a missing Docker as an error with a page of advice
	private static boolean answers() {
		Logger logger = (Logger) LoggerFactory.getLogger("org.testcontainers");
		Level level = logger.getLevel();
		logger.setLevel(Level.OFF);
		try {
			return DockerClientFactory.instance().isDockerAvailable();
		}
		finally {
			logger.setLevel(level);
		}
	}

}
