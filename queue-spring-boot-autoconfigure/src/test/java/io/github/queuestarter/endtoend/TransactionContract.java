package io.github.queuestarter.endtoend;

import java.util.List;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueOperations;
import io.github.queuestarter.core.SendOptions;
import io.github.queuestarter.store.QueueStore;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Sends inside transactions of the application's database.
 */
abstract class TransactionContract extends EndToEndTest {

	final Texts texts = new Texts();

	final Events events = new Events();

	final Application startWithDatabase() {
		return startWithDatabase("spring.datasource.hikari.auto-commit", true);
	}

	final Application startWithDatabase(String key, Object value) {
		Application.Builder builder = application().listener(this.texts)
			.listener(this.events)
			.with("spring.autoconfigure.exclude", "")
			.with(key, value);
		Backend.postgres(TestServers.postgres())
			.properties()
			.forEach((name, setting) -> builder.with(name, name.startsWith("queue.") ? backend().name() : setting));
		return start(builder);
	}

	static TransactionTemplate transactions(Application application) {
		return new TransactionTemplate(application.bean(PlatformTransactionManager.class));
	}

	@Test
	void committedSendArrivesAndNotBeforeTheCommit() {
		Application application = startWithDatabase();
		QueueOperations template = application.template();
		String id = transactions(application).execute((status) -> {
			String sent = template.send(this.queue, "in transaction");
			template.send(this.queue, "immediate", SendOptions.immediate());
			assertThat(this.texts.received.await(1)).containsExactly("immediate");
			return sent;
		});
		assertThat(this.texts.received.await(2)).containsExactly("immediate", "in transaction");
		assertThat(this.texts.ids.all().get(1)).isEqualTo(id);
	}

	@Test
	void rolledBackSendIsNeverSeen() {
		Application application = startWithDatabase();
		assertThatIllegalStateException().isThrownBy(() -> transactions(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "rolled back");
			throw new IllegalStateException("no");
		}));
		transactions(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "rolled back too");
			status.setRollbackOnly();
		});
		application.template().send(this.queue, "sentinel");
		this.texts.received.await(1);
		await().until(() -> isDone(application, this.queue));
		assertThat(this.texts.received.all()).containsExactly("sentinel");
	}

	@Test
	void sendAfterASavepointIsDroppedWithIt() {
		Application application = startWithDatabase();
		TransactionTemplate outer = transactions(application);
		TransactionTemplate nested = transactions(application);
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		outer.executeWithoutResult((status) -> {
			nested.executeWithoutResult((inner) -> {
				application.template().send(this.queue, "dropped first");
				inner.setRollbackOnly();
			});
			application.template().send(this.queue, "outer");
			nested.executeWithoutResult((inner) -> {
				application.template().send(this.queue, "dropped");
				inner.setRollbackOnly();
			});
			nested.executeWithoutResult((inner) -> application.template().send(this.queue, "kept"));
		});
		application.template().send(this.queue, "sentinel");
		this.texts.received.await(3);
		assertThat(this.texts.received.all()).isEqualTo(List.of("outer", "kept", "sentinel"));
	}

	@Test
	void administrationIsNoPartOfTheTransaction() {
		Application application = startWithDatabase();
		application.template().send(this.queue, "x");
		this.texts.received.await(1);
		transactions(application).executeWithoutResult((status) -> {
			application.template().send(this.queue, "rolled back");
			application.admin().pause(this.queue, "default");
			status.setRollbackOnly();
		});
		assertThat(application.admin().stats(this.queue, "default").paused()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void sendFromACallbackAfterTheCommitArrives(boolean autoCommit) {
		Application application = startWithDatabase("spring.datasource.hikari.auto-commit", autoCommit);
		transactions(application).executeWithoutResult((status) -> {
			sendLater(application, "callback before");
			application.template().send(this.queue, "in transaction");
			sendLater(application, "callback behind");
		});
		transactions(application).executeWithoutResult((status) -> sendLater(application, "callback alone"));
		assertThat(this.texts.received.await(7)).containsExactlyInAnyOrder("in transaction", "callback before commit",
				"callback before completion", "callback behind commit", "callback behind completion",
				"callback alone commit", "callback alone completion");
	}

	@Test
	void sendInATransactionThatACallbackAfterTheCommitBeginsBelongsToIt() {
		Application application = startWithDatabase();
		TransactionTemplate outer = transactions(application);
		TransactionTemplate inner = transactions(application);
		inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		outer.executeWithoutResult(
				(status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						inner.executeWithoutResult((own) -> {
							application.template().send(TransactionContract.this.queue, "rolled back");
							own.setRollbackOnly();
						});
						inner.executeWithoutResult((own) -> {
							assertThat(joins(application)).isEqualTo(backend().name().equals("postgres"));
							application.template().send(TransactionContract.this.queue, "committed");
						});
						assertThat(joins(application)).isFalse();
						application.template().send(TransactionContract.this.queue, "after it");
					}

				}));
		assertThat(this.texts.received.await(2)).containsExactlyInAnyOrder("committed", "after it");
		application.template().send(this.queue, "sentinel");
		assertThat(this.texts.received.await(3)).doesNotContain("rolled back");
	}

	private static boolean joins(Application application) {
		return application.bean(QueueStore.class).appender().joinsTransaction();
	}

	private void sendLater(Application application, String text) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				application.template().send(TransactionContract.this.queue, text + " commit");
			}

			@Override
			public void afterCompletion(int status) {
				application.template().send(TransactionContract.this.queue, text + " completion");
			}

		});
	}

	static final class Texts {

		final Received<String> received = new Received<>();

		final Received<String> ids = new Received<>();

		@QueueListener("${test.queue}")
		void on(String text, Delivery delivery) {
			this.ids.add(delivery.id());
			this.received.add(text);
		}

	}

}
