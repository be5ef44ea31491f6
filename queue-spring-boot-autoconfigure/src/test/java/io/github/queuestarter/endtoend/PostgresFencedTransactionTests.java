package io.github.queuestarter.endtoend;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A transaction of a handler whose instance is taken for dead meanwhile.
 */
class PostgresFencedTransactionTests extends TransactionalTest {

	@Test
	void consumerThatWasFencedMeanwhileRollsBackAndTheOtherEffectIsTheOnlyOne() {
		CountDownLatch mayGoOn = new CountDownLatch(1);
		Writing slow = writing((payload, delivery, own) -> {
			assertThat(mayGoOn.await(30, TimeUnit.SECONDS)).isTrue();
			return Outcome.done();
		});
		Application first = start(notNoticingThatItIsFenced(slow));
		String id = first.template().send(this.queue, "x");
		slow.deliveries.await(1);
		fenceHolder();
		Writing quick = writing((payload, delivery, own) -> Outcome.done());
		Application second = start(quick);
		assertThat(quick.deliveries.await(1).get(0).crashes()).isEqualTo(1);
		awaitNothingLeft(second);
		assertThat(this.ledger.entries()).containsExactly(id);
		mayGoOn.countDown();
		await().until(() -> !this.events.of(QueueEvent.Stale.class).isEmpty());
		assertThat(this.events.of(QueueEvent.Stale.class).get(0).ids()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Settled.class)).isEmpty();
		assertThat(this.ledger.size()).isEqualTo(1);
		assertThat(this.ledger.count("crashes = 1")).isEqualTo(1);
	}

	@Test
	void fencedInstanceInterruptsItsHandlerAndRollsBack() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.crashes() == 0) {
				try {
					new CountDownLatch(1).await(30, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					// returns as if nothing had happened
				}
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		writing.deliveries.await(1);
		fenceHolder();
		writing.deliveries.await(2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.ledger.count("crashes = 1")).isEqualTo(1);
	}

	@Test
	void suspectThatRunsAloneCommitsToo() {
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.crashes() < 2) {
				fenceHolder();
				new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(writing.deliveries.await(3)).extracting(Delivery::crashes).containsExactly(0, 1, 2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.ledger.count("crashes = 2")).isEqualTo(1);
		assertThat(deadLetters(application)).isEmpty();
	}

	private Application.Builder notNoticingThatItIsFenced(Writing writing) {
		return application(writing).with("queue.heartbeat.interval", "60s").with("queue.heartbeat.expiry", "120s");
	}

	/**
	 * Take the instance for dead that holds the message of this test.
	 */
	private void fenceHolder() {
		assertThat(this.outside.update(
				"delete from queue.queue_consumer where id in (select consumer from queue.queue_delivery where queue = ?"
						+ " union all select consumer from queue.queue_retry where queue = ?)",
				this.queue, this.queue))
			.isEqualTo(1);
	}

	@Test
	void rescueStepsOverAMessageThatIsBeingSettledAndFindsNothingAfterwards() {
		CountDownLatch mayCommit = new CountDownLatch(1);
		Received<String> settled = new Received<>();
		Application application = start(notNoticingThatItIsFenced(writing((payload, delivery, own) -> {
			beforeCommit(() -> {
				settled.add(payload);
				assertThat(mayCommit.await(20, TimeUnit.SECONDS)).isTrue();
			});
			return Outcome.done();
		})));
		String id = application.template().send(this.queue, "x");
		settled.await(1);
		fenceHolder();
		assertThat(rescued()).isZero();
		mayCommit.countDown();
		await().until(() -> !this.events.of(QueueEvent.Settled.class).isEmpty());
		assertThat(rescued()).isZero();
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		assertThat(application.admin().stats(this.queue, "default").pending().value()).isZero();
	}

	private long rescued() {
		return this.outside.queryForObject(
				"select coalesce(sum(rescued), 0)::bigint from queue.rescue_v1() where queue = ?", Long.class,
				this.queue);
	}

	@Test
	void processThatFreezesBetweenSettlementAndCommitLosesItsTransaction() throws Exception {
		CountDownLatch frozen = new CountDownLatch(1);
		CountDownLatch thaw = new CountDownLatch(1);
		Writing writing = writing((payload, delivery, own) -> {
			if (delivery.attempt() == 1) {
				beforeCommit(() -> {
					frozen.countDown();
					assertThat(thaw.await(20, TimeUnit.SECONDS)).isTrue();
				});
			}
			return Outcome.done();
		});
		Application application = start(application(writing));
		String id = application.template().send(this.queue, "x");
		assertThat(frozen.await(20, TimeUnit.SECONDS)).isTrue();
		await().until(() -> openSettlements() == 0);
		thaw.countDown();
		assertThat(writing.deliveries.await(2).get(1).attempt()).isEqualTo(2);
		awaitNothingLeft(application);
		assertThat(this.ledger.entries()).containsExactly(id);
		assertThat(this.events.of(QueueEvent.Stale.class)).isEmpty();
		await().until(() -> !this.events.of(QueueEvent.Failed.class).isEmpty());
		assertThat(this.events.of(QueueEvent.Failed.class)).hasSize(1);
	}

	private int openSettlements() {
		return this.outside.queryForObject("select count(*)::int from pg_stat_activity"
				+ " where state = 'idle in transaction' and query like '%settle_v1%'", Integer.class);
	}

}
