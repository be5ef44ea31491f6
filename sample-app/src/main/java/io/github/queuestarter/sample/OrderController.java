package io.github.queuestarter.sample;

import java.util.List;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Orders over HTTP.
 */
@RestController
@RequestMapping("/orders")
class OrderController {

	private static final int LISTED = 20;

	private final OrderDesk desk;

	private final OrderRepository orders;

	OrderController(OrderDesk desk, OrderRepository orders) {
		this.desk = desk;
		this.orders = orders;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	Order place(@RequestBody NewOrder order) {
		return this.desk.place(order);
	}

	/**
	 * The newest orders.
	 */
	@GetMapping
	List<Order> newest() {
		return this.orders.newest(LISTED);
	}

	@GetMapping("/{id}")
	OrderDetails find(@PathVariable long id) {
		Order order = this.orders.find(id).orElseThrow(() -> notFound(id));
		return new OrderDetails(order, this.orders.steps(id));
	}

	@PutMapping("/{id}/address")
	Order changeAddress(@PathVariable long id, @RequestBody NewAddress address) {
		this.orders.changeAddress(id, address.address());
		return this.orders.find(id).orElseThrow(() -> notFound(id));
	}

	private static ResponseStatusException notFound(long id) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no order " + id);
	}

}
