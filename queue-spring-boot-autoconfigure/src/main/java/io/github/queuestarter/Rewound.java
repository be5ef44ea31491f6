package io.github.queuestarter;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Where a group stands after it was set to a {@link Position}. If the position lies
 * before what is kept, this is the oldest message that is kept.
 *
 * @param firstId id of the first message that the group gets from there on, or
 * {@code null} if there is none yet
 * @param firstSentAt when that was sent, or {@code null}
 */
public record Rewound(@Nullable String firstId, @Nullable Instant firstSentAt) {

	/**
	 * The group stands at the end of the log.
	 */
	public static final Rewound AT_THE_END = new Rewound(null, null);

}
