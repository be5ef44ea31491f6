package io.github.queuestarter.benchmarks.starter;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * An application that has the starter and a {@code DataSource}.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class Application {

}
