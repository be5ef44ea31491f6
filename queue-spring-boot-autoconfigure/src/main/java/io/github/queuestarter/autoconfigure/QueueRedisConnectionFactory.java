package io.github.queuestarter.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks the {@code RedisConnectionFactory} whose Redis holds the queues, where the
 * application has several or wants a Redis of its own for them. Declare it with
 * {@code @Bean(defaultCandidate = false)} to keep the {@code RedisConnectionFactory} that
 * Spring Boot makes for everything else. It must be a {@code LettuceConnectionFactory}.
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface QueueRedisConnectionFactory {

}
