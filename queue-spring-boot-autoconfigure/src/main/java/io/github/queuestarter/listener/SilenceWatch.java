package io.github.queuestarter.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which consumers have gone silent: those whose counter this instance has itself
 * seen unchanged for the expiry, by its own monotonic clock and in unbroken contact with
 * the store. No clock of anyone else takes part, so neither an outage nor a clock step
 * makes the first instance back take all others for dead.
 */
final class SilenceWatch {

	private final Duration expiry;

	private final Duration longestGap;

	private final Map<Key, Sighting> sightings = new HashMap<>();

	/**
	 * Create a watch.
	 * @param longestGap the longest time between two looks; after a longer one, in which
	 * all may have stood still together, waits start anew
	 */
	SilenceWatch(Duration expiry, Duration longestGap) {
		this.expiry = expiry;
		this.longestGap = longestGap;
	}

	/**
	 * Note the counters that were read.
	 */
	synchronized void saw(String domain, Map<String, Long> counters, long nanoTime) {
		this.sightings.keySet().removeIf((key) -> key.domain.equals(domain) && !counters.containsKey(key.consumer));
		counters.forEach((consumer, counter) -> this.sightings.merge(new Key(domain, consumer),
				new Sighting(counter, nanoTime, nanoTime), this::next));
	}

	private Sighting next(Sighting old, Sighting now) {
		boolean unbroken = now.last - old.last <= this.longestGap.toNanos();
		return (unbroken && old.counter == now.counter) ? new Sighting(old.counter, old.since, now.last) : now;
	}

	/**
	 * Note that the store could not be asked: all waits start anew.
	 */
	synchronized void lostContact() {
		this.sightings.clear();
	}

	/**
	 * Note that one domain could not be asked.
	 */
	synchronized void lostContact(String domain) {
		this.sightings.keySet().removeIf((key) -> key.domain.equals(domain));
	}

	/**
	 * Who was silent at the last look.
	 */
	synchronized List<Silent> silent(long nanoTime) {
		List<Silent> silent = new ArrayList<>();
		this.sightings.forEach((key, sighting) -> {
			if (sighting.last - sighting.since >= this.expiry.toNanos()
					&& nanoTime - sighting.last <= this.longestGap.toNanos()) {
				silent.add(new Silent(key.domain, key.consumer, sighting.counter));
			}
		});
		return silent;
	}

	/**
	 * A consumer that has gone silent.
	 *
	 * @param counter the counter that it was last seen at
	 */
	record Silent(String domain, String consumer, long counter) {
	}

	private record Key(String domain, String consumer) {
	}

	private record Sighting(long counter, long since, long last) {
	}

}
