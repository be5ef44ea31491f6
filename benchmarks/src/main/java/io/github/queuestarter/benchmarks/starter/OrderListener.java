package io.github.queuestarter.benchmarks.starter;

import java.util.function.Consumer;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.benchmarks.Order;

/**
 * The handler of all scenarios.
 */
final class OrderListener {

	private final Consumer<Order> handler;

	OrderListener(Consumer<Order> handler) {
		this.handler = handler;
	}

	@QueueListener(Ours.QUEUE)
	void handle(Order order) {
		this.handler.accept(order);
	}

}
