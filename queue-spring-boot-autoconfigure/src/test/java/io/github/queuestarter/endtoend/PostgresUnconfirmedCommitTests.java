package io.github.queuestarter.endtoend;

import java.io.IOException;
import java.util.List;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.endtoend.CommitProxy.Cut;
import io.github.queuestarter.testing.TestServers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commits whose answer is lost: the row of the delivery tells how they went.
 */
class PostgresUnconfirmedCommitTests extends TransactionalTest {

	private CommitProxy proxy;

	@BeforeEach
	void openProxy() throws IOException {
		this.proxy = new CommitProxy(TestServers.postgres().jdbcUrl(), "insert into \"ledger");
	}

	@AfterEach
	@Override
	void closeWhatWasStarted() {
		super.closeWhatWasStarted();
		try {
			this.proxy.close();
		}
		catch (IOException ex) {
			// closed
		}
	}

	@ParameterizedTest
	@EnumSource
	void commitThatGotLostIsMadeUpForAndOneThatWentThroughIsNot(Cut cut) {
		Writing writing = writing((payload, delivery, own) -> {
			if (payload.equals("cut") && delivery.attempt() == 1) {
				this.proxy.cutNextCommit(cut);
			}
			return Outcome.done();
		});
		try (Application application = application(writing).with("spring.datasource.url", this.proxy.url()).start()) {
			String id = application.template().send(this.queue, "cut");
			await().until(() -> this.ledger.size() == 1);
			String next = application.template().send(this.queue, "next");
			await().until(() -> this.ledger.size() == 2);
			awaitNothingLeft(application);
			assertThat(this.ledger.entries()).containsExactlyInAnyOrder(id, next);
		}
		// whatever was to be settled is settled now
		int failures = (cut == Cut.BEFORE) ? 1 : 0;
		assertThat(writing.deliveries.all().stream().filter((one) -> one.attempt() == 2)).hasSize(failures);
		assertThat(writing.deliveries.all()).hasSize(2 + failures);
		assertThat(this.events.of(QueueEvent.Failed.class)).hasSize(failures);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		assertThat(this.ledger.size()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void soItIsWithARetriedMessage(Cut cut) {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() == 1) {
				throw new IllegalStateException("not now");
			}
			if (delivery.attempt() == 2) {
				this.proxy.cutNextCommit(cut);
			}
			return Outcome.done();
		});
		try (Application application = application(writing).with("spring.datasource.url", this.proxy.url()).start()) {
			String id = application.template().send(this.queue, "x");
			await().until(() -> this.ledger.size() == 1);
			awaitNothingLeft(application);
			assertThat(this.ledger.entries()).containsExactly(id);
		}
		assertThat(writing.deliveries.all()).extracting(Delivery::attempt)
			.isEqualTo((cut == Cut.BEFORE) ? List.of(1, 2, 3) : List.of(1, 2));
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		assertThat(this.ledger.size()).isEqualTo(1);
	}

}
