package io.github.queuestarter.store;

import java.util.ArrayList;
import java.util.List;

import io.github.queuestarter.QueueObserver;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;

/**
 * The promises that every store keeps. A store passes by extending this class and
 * answering one question: how it is made.
 * <p>
 * Each test uses queue names of its own, so that all may share one server. Stores of one
 * test must see the same data. Short intervals (block, poll, reconcile) make the suite
 * quick and change none of its results, as long as a source answers within ten seconds
 * and reconciles within twenty.
 */
public abstract class StoreContract implements SendContract, ReceiveContract, ScheduleContract, SettleContract,
		RepeatContract, FenceContract, RescueContract, LostAnswerContract, RoomContract, DeadLetterContract,
		PauseContract, StatsContract, RetentionContract, LimitContract, DeadLetterLimitContract, GroupRemovalContract,
		PositionContract, RewindContract, EphemeralContract {

	private final List<Instance> instances = new ArrayList<>();

	/**
	 * Make a store that is ready for use, all over the same data. The suite closes it.
	 * @param observer to be told of events
	 */
	protected abstract QueueStore newStore(QueueObserver observer);

	@Override
	public final Instance instance() {
		Instance instance = new Instance(newStore((event) -> {
		}));
		this.instances.add(instance);
		return instance;
	}

	@AfterEach
	final void closeInstances() {
		SoftAssertions softly = new SoftAssertions();
		for (Instance instance : this.instances) {
			softly.assertThatCode(instance::close).as("close").doesNotThrowAnyException();
			softly.assertThat(instance.violations()).as("breaches of the rules of the sink").isEmpty();
		}
		softly.assertAll();
	}

}
