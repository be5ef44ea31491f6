package io.github.queuestarter.endtoend;

import java.io.File;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that have only what they need on a real class path: every optional
 * dependency stays optional.
 */
abstract class ClassPathContract extends EndToEndTest {

	/**
	 * Jars of which an application with this store alone has none.
	 */
	abstract String otherStore();

	@Test
	void worksWithoutTheOtherStore() {
		receivesWithout(otherStore());
	}

	@Test
	void worksWithoutActuatorMetersHealthAndValidation() {
		receivesWithout(otherStore()
				+ "|micrometer-core|spring-boot-(health|actuator|micrometer|validation)|hibernate-validator|jakarta\\.validation");
	}

	private void receivesWithout(String jars) {
		Pattern left = Pattern.compile(jars);
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !left.matcher(new File(entry).getName()).find())
			.collect(Collectors.joining(File.pathSeparator));
		assertThat(classPath).isNotEqualTo(System.getProperty("java.class.path"));
		Application sender = start(application());
		Map<String, String> properties = new LinkedHashMap<>(backend().properties());
		properties.remove("spring.autoconfigure.exclude");
		properties.put("test.queue", this.queue);
		try (WorkerProcess process = WorkerProcess.start(classPath, properties)) {
			process.awaitStarted();
			sender.template().send(this.queue, "x");
			await().until(() -> process.handled().size() == 1 || !process.isAlive());
			assertThat(process.handled()).as(process::output).hasSize(1);
		}
	}

}
