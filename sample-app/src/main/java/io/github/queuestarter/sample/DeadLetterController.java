package io.github.queuestarter.sample;

import java.util.List;

import io.github.queuestarter.PageRequest;
import io.github.queuestarter.core.QueueAdmin;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Dead letters over HTTP. An application of your own would ask who is calling.
 */
@RestController
@RequestMapping("/dead-letters/{queue}/{group}")
class DeadLetterController {

	private static final int LISTED = 20;

	private final QueueAdmin admin;

	DeadLetterController(QueueAdmin admin) {
		this.admin = admin;
	}

	/**
	 * The oldest dead letters.
	 */
	@GetMapping
	List<DeadLetterSummary> oldest(@PathVariable String queue, @PathVariable String group) {
		return this.admin.deadLetters(queue, group, PageRequest.first(LISTED))
			.deadLetters()
			.stream()
			.map(DeadLetterSummary::of)
			.toList();
	}

	@PostMapping("/{id}/replay")
	@ResponseStatus(HttpStatus.ACCEPTED)
	void replay(@PathVariable String queue, @PathVariable String group, @PathVariable String id) {
		if (!this.admin.replay(queue, group, id)) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND,
					"Group '%s' of queue '%s' has no dead letter '%s'".formatted(group, queue, id));
		}
	}

}
