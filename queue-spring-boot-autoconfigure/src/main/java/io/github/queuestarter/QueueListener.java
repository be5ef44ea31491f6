package io.github.queuestarter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Marks a bean method as the handler of a queue's messages.
 * <p>
 * The payload is converted to the type that the method declares. Arguments follow
 * Spring's messaging conventions: the payload itself or {@code @Payload} (with
 * {@code @Valid}, which needs a validator, as {@code spring-boot-starter-validation}
 * brings one, and does not look at the elements of a collection), {@code @Header},
 * {@code @Headers}, {@code Message<T>}, and {@link Delivery}. The method returns nothing,
 * an {@link Outcome}, or a {@code CompletionStage} of either, which is awaited. A thrown
 * exception is a failed attempt: the message is retried with back-off and, when its
 * attempts are used up, becomes a dead letter.
 * <p>
 * A method must be able to handle the same message twice: delivery is at least once. What
 * a {@link #transactional()} method writes to the queue's database is there exactly once.
 *
 * @see QueueListeners
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Repeatable(QueueListeners.class)
public @interface QueueListener {

	/**
	 * Name of the queue; alias for {@link #queue()}. Placeholders and SpEL are resolved.
	 */
	@AliasFor("queue")
	String value() default "";

	/**
	 * Name of the queue. Placeholders and SpEL are resolved.
	 */
	@AliasFor("value")
	String queue() default "";

	/**
	 * Group that this method reads as. Every group gets every message; the listeners of
	 * one group share them. Placeholders and SpEL are resolved. Default: {@code default}.
	 */
	String group() default "";

	/**
	 * Whether to read for this application instance alone: each running instance gets
	 * every message, from now on or from where
	 * {@code queue.queues.<queue>.groups.ephemeral.start-from} says, and what is sent
	 * while it is not running it does not get. A message is handled once: a failed
	 * attempt is logged and counted, not retried, and leaves no dead letter. Nothing is
	 * left in the store when the instance is gone. Excludes {@link #group()},
	 * {@link #transactional()} and {@link #noRetryFor()}.
	 */
	boolean ephemeral() default false;

	/**
	 * Name of this listener in health. Default: {@code queue/group}.
	 */
	String id() default "";

	/**
	 * Store of the queue, {@code redis} or {@code postgres}. Default: what
	 * {@code queue.queues.<queue>.backend} or {@code queue.backend} says.
	 */
	String backend() default "";

	/**
	 * How many messages this method handles at the same time in one application instance,
	 * as a number or a placeholder. Default: what {@code queue.listener.concurrency} and
	 * the keys over it say.
	 */
	String concurrency() default "";

	/**
	 * Whether to handle each message inside a transaction of the queue's database: what
	 * the method writes there and the settlement of the message commit together, so that
	 * it has its effect exactly once. The queue must live in Postgres, in a
	 * {@code DataSource} that has a transaction manager. A method that throws is rolled
	 * back; what becomes of the message then is decided outside of the transaction.
	 * Default: what {@code queue.listener.transactional} and the keys over it say.
	 */
	boolean transactional() default false;

	/**
	 * Exceptions that make a message a dead letter at once. An exception matches when it
	 * or one of its causes is an instance of one of these.
	 */
	Class<? extends Throwable>[] noRetryFor() default {};

}
