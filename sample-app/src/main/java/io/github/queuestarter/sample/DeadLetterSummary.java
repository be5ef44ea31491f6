package io.github.queuestarter.sample;

import java.time.Instant;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Failure;

/**
 * What a person wants to know of a dead letter.
 */
record DeadLetterSummary(String id, String payload, Failure.Kind kind, String reason, int attempts, Instant sentAt,
		Instant lastFailureAt) {

	static DeadLetterSummary of(DeadLetter letter) {
		return new DeadLetterSummary(letter.id(), letter.payload().asText(), letter.failure().kind(),
				letter.failure().reason(), letter.attempts(), letter.sentAt(), letter.lastFailureAt());
	}

}
