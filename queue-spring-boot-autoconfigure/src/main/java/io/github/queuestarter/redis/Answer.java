package io.github.queuestarter.redis;

import io.github.queuestarter.QueueStoreException;
import io.lettuce.core.RedisCommandExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What Redis said to one script of several.
 *
 * @param reply what the script returned, unless it was refused or not answered
 * @param refusal why it was not done, if it was not
 */
record Answer(@Nullable Reply reply, @Nullable QueueStoreException refusal) {

	/**
	 * What the script returned.
	 * @throws QueueStoreException if it was refused or not answered
	 */
	Reply replyOrThrow() {
		if (this.reply != null) {
			return this.reply;
		}
		throw (this.refusal != null) ? this.refusal : new QueueStoreException("Redis said nothing", null);
	}

	/**
	 * Fail if Redis could not be reached, but not if it refused.
	 */
	void throwUnlessAnswered() {
		if (this.refusal != null && !(this.refusal.getCause() instanceof RedisCommandExecutionException)) {
			throw this.refusal;
		}
	}

}
