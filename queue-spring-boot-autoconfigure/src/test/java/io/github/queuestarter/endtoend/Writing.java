package io.github.queuestarter.endtoend;

import io.github.queuestarter.Delivery;
import io.github.queuestarter.Outcome;
import io.github.queuestarter.QueueListener;
import io.github.queuestarter.core.QueueOperations;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transactional listener that writes each attempt into the ledger, and then does what a
 * test wants.
 */
final class Writing {

	final Received<Delivery> deliveries = new Received<>();

	private final String queue;

	private final Step step;

	private JdbcTemplate jdbc;

	private QueueOperations template;

	private TransactionTemplate transactions;

	Writing(String queue, Step step) {
		this.queue = queue;
		this.step = step;
	}

	@Autowired
	void application(JdbcTemplate jdbc, QueueOperations template, PlatformTransactionManager manager) {
		this.jdbc = jdbc;
		this.template = template;
		this.transactions = new TransactionTemplate(manager);
	}

	JdbcTemplate jdbc() {
		return this.jdbc;
	}

	QueueOperations template() {
		return this.template;
	}

	TransactionTemplate transactions() {
		return this.transactions;
	}

	@QueueListener(queue = "${test.queue}", transactional = true)
	Outcome on(String payload, Delivery delivery) throws Exception {
		new Ledger(this.jdbc, this.queue).add(delivery.id(), delivery.crashes());
		this.deliveries.add(delivery);
		return this.step.then(payload, delivery, this);
	}

	/**
	 * What happens after the write.
	 */
	@FunctionalInterface
	interface Step {

		Outcome then(String payload, Delivery delivery, Writing application) throws Exception;

	}

}
