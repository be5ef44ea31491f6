package io.github.queuestarter.sample;

import io.github.queuestarter.core.QueueTemplate;
import io.github.queuestarter.core.SendOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes orders.
 */
@Service
class OrderDesk {

	private static final Logger logger = LoggerFactory.getLogger(OrderDesk.class);

	private final OrderRepository orders;

	private final QueueTemplate queue;

	private final SampleProperties properties;

	OrderDesk(OrderRepository orders, QueueTemplate queue, SampleProperties properties) {
		this.orders = orders;
		this.queue = queue;
		this.properties = properties;
	}

	/**
	 * Store an order and send what follows from it, both or neither: the queues live in
	 * the same Postgres as the table, so the messages are part of this transaction.
	 */
	@Transactional
	Order place(NewOrder newOrder) {
		Order order = this.orders.add(newOrder);
		this.queue.send("orders", new OrderPlaced(order.id()));
		this.queue.send("reminders", new ReminderDue(order.id()), SendOptions.delay(this.properties.reminderAfter()));
		logger.info("desk       order {}: {} x {} to '{}'", order.id(), order.quantity(), order.item(),
				order.address());
		return order;
	}

}
