package io.github.queuestarter.endtoend;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Optional;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.SendOptions;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.annotation.AliasFor;
import org.springframework.messaging.handler.annotation.Header;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The many ways in which applications write their listeners.
 */
abstract class HandlerShapeContract extends EndToEndTest {

	private static final Received<Object> received = new Received<>();

	private Object awaitSent(Application application, Object payload, SendOptions options) {
		int before = received.all().size();
		application.template().send(this.queue, payload, options);
		return received.await(before + 1).get(before);
	}

	private Object awaitSent(Application application, Object payload) {
		return awaitSent(application, payload, SendOptions.none());
	}

	@Test
	void annotationOfTheApplicationsOwnComposesOurs() {
		assertThat(awaitSent(start(new Composed()), "x")).isEqualTo("composed x");
	}

	@Test
	void handlerOfAGenericSuperclassReceivesTheTypeOfTheSubclass() {
		assertThat(awaitSent(start(new ListHandler()), List.of(new Line("nuts")))).isEqualTo(List.of(new Line("nuts")));
	}

	@Test
	void optionalHoldsThePayload() {
		assertThat(awaitSent(start(new OptionalLine()), new Line("nuts"))).isEqualTo(Optional.of(new Line("nuts")));
	}

	@Test
	void beanBehindAProxyIsCalledThroughIt() {
		Plain plain = new Plain();
		ProxyFactory byClass = new ProxyFactory(plain);
		byClass.setProxyTargetClass(true);
		byClass.addAdvice((MethodInterceptor) (invocation) -> {
			received.add("advised");
			return invocation.proceed();
		});
		Application application = start(byClass.getProxy());
		int before = received.all().size();
		application.template().send(this.queue, "x");
		assertThat(received.await(before + 2).subList(before, before + 2)).containsExactly("advised", "plain x");
	}

	@Test
	void missingOptionalHeaderIsEmptyAndHeadersAreConverted() {
		Application application = start(new Headers());
		assertThat(awaitSent(application, "x")).isEqualTo("x null 7");
		assertThat(awaitSent(application, "y", SendOptions.header("tenant", "blue").withHeader("count", "12")))
			.isEqualTo("y blue 12");
	}

	@Test
	void missingRequiredHeaderMakesADeadLetter() {
		Application application = start(new RequiredHeader());
		application.template().send(this.queue, "x");
		await().until(() -> application.admin().stats(this.queue, "default").deadLetters().value() == 1);
	}

	@Test
	void beanMadeAfterTheStartListensFromThenOn() {
		Application application = start(application());
		DefaultListableBeanFactory beans = (DefaultListableBeanFactory) application.context().getBeanFactory();
		beans.registerBeanDefinition("late",
				BeanDefinitionBuilder.genericBeanDefinition(Plain.class).setLazyInit(true).getBeanDefinition());
		beans.getBean("late");
		assertThat(awaitSent(application, "x")).isEqualTo("plain x");
	}

	@Test
	void contextThatIsStoppedAndStartedAgainListensAgain() {
		Application application = start(new Plain());
		assertThat(awaitSent(application, "x")).isEqualTo("plain x");
		application.context().stop();
		application.context().start();
		assertThat(awaitSent(application, "y")).isEqualTo("plain y");
	}

	@Retention(RetentionPolicy.RUNTIME)
	@QueueListener(queue = "${test.queue}")
	@interface AuditListener {

		@AliasFor(annotation = QueueListener.class, attribute = "group")
		String group() default "audit";

	}

	static final class Composed {

		@AuditListener
		void on(String text) {
			received.add("composed " + text);
		}

	}

	abstract static class Handler<T> {

		@QueueListener(queue = "${test.queue}", concurrency = "#{1 + 1}")
		void on(T payload) {
			received.add(payload);
		}

	}

	static final class ListHandler extends Handler<List<Line>> {

	}

	record Line(String product) {
	}

	static class Plain {

		@QueueListener("${test.queue}")
		public void on(String text) {
			received.add("plain " + text);
		}

	}

	static final class OptionalLine {

		@QueueListener("${test.queue}")
		void on(Optional<Line> line) {
			received.add(line);
		}

	}

	static final class Headers {

		@QueueListener("${test.queue}")
		void on(String text, @Header("tenant") Optional<String> tenant,
				@Header(name = "count", defaultValue = "7") int count) {
			received.add(text + " " + tenant.orElse(null) + " " + count);
		}

	}

	static final class RequiredHeader {

		@QueueListener("${test.queue}")
		void on(String text, @Header("tenant") String tenant) {
			received.add(text + tenant);
		}

	}

}
