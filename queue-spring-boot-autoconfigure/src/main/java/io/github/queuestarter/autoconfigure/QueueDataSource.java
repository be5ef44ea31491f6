package io.github.queuestarter.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks the {@code DataSource} that queues on Postgres use, where the application has
 * several or wants a database of its own for them. Declare it with
 * {@code @Bean(defaultCandidate = false)} to keep the {@code DataSource} that Spring Boot
 * makes for everything else.
 * <p>
 * Sends join transactions on this {@code DataSource} only. Inside a transaction on
 * another one they happen after its commit, see
 * {@code queue.postgres.unjoined-transaction}.
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface QueueDataSource {

}
