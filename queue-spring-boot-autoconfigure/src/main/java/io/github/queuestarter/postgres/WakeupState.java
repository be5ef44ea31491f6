package io.github.queuestarter.postgres;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How wake-ups by other instances stand.
 *
 * @param listening whether they arrive
 * @param lastProbe when the last probe arrived, or {@code null}
 * @param consecutiveErrors how many tries failed since they arrived last
 * @param lastError what happened, or {@code null}
 */
record WakeupState(boolean listening, @Nullable Instant lastProbe, int consecutiveErrors, @Nullable String lastError) {

	static final WakeupState START = new WakeupState(false, null, 0, null);

	/**
	 * Where there is no connection outside of the pool.
	 */
	static final WakeupState IMPOSSIBLE = new WakeupState(false, null, 0,
			"The DataSource does not tell its URL, and a connection of the pool is not to be kept for this");

	WakeupState arrived() {
		return new WakeupState(true, Instant.now(), 0, null);
	}

	WakeupState lost(String error) {
		return new WakeupState(false, this.lastProbe, this.consecutiveErrors + 1, error);
	}

	Map<String, Object> details() {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("listening", this.listening);
		details.put("lastProbe", (this.lastProbe != null) ? this.lastProbe.toString() : "never");
		details.put("consecutiveErrors", this.consecutiveErrors);
		if (this.lastError != null) {
			details.put("lastError", this.lastError);
		}
		return details;
	}

}
