package io.github.queuestarter.sample;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The tables {@code orders} and {@code order_step}.
 */
@Repository
class OrderRepository {

	private static final RowMapper<Order> ORDER = (row, number) -> new Order(row.getLong("id"), row.getString("item"),
			row.getInt("quantity"), row.getString("address"),
			row.getObject("placed_at", OffsetDateTime.class).toInstant());

	private static final RowMapper<OrderStep> STEP = (row, number) -> new OrderStep(
			OrderStep.Name.valueOf(row.getString("step")), row.getInt("attempt"),
			row.getObject("done_at", OffsetDateTime.class).toInstant());

	private final JdbcClient jdbc;

	OrderRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	Order add(NewOrder order) {
		return this.jdbc.sql("insert into orders (item, quantity, address) values (?, ?, ?) returning *")
			.params(order.item(), order.quantity(), order.address())
			.query(ORDER)
			.single();
	}

	Optional<Order> find(long id) {
		return this.jdbc.sql("select * from orders where id = ?").param(id).query(ORDER).optional();
	}

	List<Order> newest(int count) {
		return this.jdbc.sql("select * from orders order by id desc limit ?").param(count).query(ORDER).list();
	}

	boolean changeAddress(long id, String address) {
		return this.jdbc.sql("update orders set address = ? where id = ?").params(address, id).update() == 1;
	}

	/**
	 * Note that a step is done. A message may be delivered twice; the second time changes
	 * nothing.
	 * @return whether it was not done before
	 */
	boolean done(long orderId, OrderStep.Name step, int attempt) {
		return this.jdbc.sql("insert into order_step (order_id, step, attempt) values (?, ?, ?) on conflict do nothing")
			.params(orderId, step.name(), attempt)
			.update() == 1;
	}

	List<OrderStep> steps(long orderId) {
		return this.jdbc.sql("select * from order_step where order_id = ? order by done_at")
			.param(orderId)
			.query(STEP)
			.list();
	}

}
