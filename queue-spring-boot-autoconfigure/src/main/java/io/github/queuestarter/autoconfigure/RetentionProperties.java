package io.github.queuestarter.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long messages are kept.
 */
public class RetentionProperties {

	/**
	 * How long messages are kept that all groups have finished, counted from when they
	 * were sent, or became due. Default 0.
	 */
	private @Nullable Duration keepDone;

	/**
	 * At what age finished messages are removed even if keep-done would keep them. If
	 * lossy, also those that some group has not claimed yet. By default never.
	 */
	private @Nullable Duration maxAge;

	/**
	 * How many of the newest messages of a queue are kept: finished ones beyond are
	 * removed even if keep-done would keep them. If lossy, also those that some group has
	 * not claimed yet. By default any number.
	 */
	private @Nullable Long maxLength;

	/**
	 * Whether max-age and max-length also remove messages that some group has not claimed
	 * yet: they are lost to it, counted and logged. Those in flight or retrying in any
	 * group stay. Default false.
	 */
	private @Nullable Boolean lossy;

	/**
	 * Whether each send cuts its queue to max-length at once, also what a group has in
	 * flight or retrying. Redis only; needs lossy. Default off.
	 */
	private @Nullable TrimOnSend trimOnSend;

	/**
	 * How long a queue without a group keeps its messages; then they are removed, counted
	 * and logged. Default 7d.
	 */
	private @Nullable Duration unclaimed;

	public @Nullable Duration getKeepDone() {
		return this.keepDone;
	}

	public void setKeepDone(@Nullable Duration keepDone) {
		this.keepDone = keepDone;
	}

	public @Nullable Duration getMaxAge() {
		return this.maxAge;
	}

	public void setMaxAge(@Nullable Duration maxAge) {
		this.maxAge = maxAge;
	}

	public @Nullable Long getMaxLength() {
		return this.maxLength;
	}

	public void setMaxLength(@Nullable Long maxLength) {
		this.maxLength = maxLength;
	}

	public @Nullable Boolean getLossy() {
		return this.lossy;
	}

	public void setLossy(@Nullable Boolean lossy) {
		this.lossy = lossy;
	}

	public @Nullable TrimOnSend getTrimOnSend() {
		return this.trimOnSend;
	}

	public void setTrimOnSend(@Nullable TrimOnSend trimOnSend) {
		this.trimOnSend = trimOnSend;
	}

	public @Nullable Duration getUnclaimed() {
		return this.unclaimed;
	}

	public void setUnclaimed(@Nullable Duration unclaimed) {
		this.unclaimed = unclaimed;
	}

	/**
	 * How a send cuts its queue.
	 */
	public enum TrimOnSend {

		/**
		 * Not at all.
		 */
		OFF,

		/**
		 * Where it is quick for the server: some hundred messages more may be left.
		 */
		APPROXIMATE,

		/**
		 * To just the number.
		 */
		EXACT

	}

}
