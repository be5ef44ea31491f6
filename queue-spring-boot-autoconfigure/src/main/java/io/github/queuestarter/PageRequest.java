package io.github.queuestarter;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Which part of a list to return.
 *
 * @param after where the previous page ended, opaque, or {@code null} for the first page
 * @param size how many at most, 1 to 1000
 */
public record PageRequest(@Nullable String after, int size) {

	public PageRequest {
		Assert.isTrue(size >= 1 && size <= 1000, () -> "'size' must be between 1 and 1000, not " + size);
	}

	/**
	 * The first page.
	 */
	public static PageRequest first(int size) {
		return new PageRequest(null, size);
	}

}
