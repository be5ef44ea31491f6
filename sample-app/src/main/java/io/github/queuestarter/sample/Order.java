package io.github.queuestarter.sample;

import java.time.Instant;

/**
 * An order as it is stored.
 */
record Order(long id, String item, int quantity, String address, Instant placedAt) {
}
