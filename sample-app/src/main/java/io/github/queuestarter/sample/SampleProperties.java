package io.github.queuestarter.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the order desk itself.
 *
 * @param traffic whether the application places orders on its own
 * @param trafficInterval how long it waits between two of them
 * @param reminderAfter how long after an order was placed somebody looks at it again
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("true") boolean traffic, @DefaultValue("3s") Duration trafficInterval,
		@DefaultValue("15s") Duration reminderAfter) {
}
