package io.github.queuestarter.redis;

import io.github.queuestarter.QueueStoreException;
import org.jspecify.annotations.Nullable;

/**
 * What Redis said to one script of several.
 *
 * @param reply what the script returned, unless it was refused
 * @param refusal why it was refused, if it was
 */
record Answer(@Nullable Reply reply, @Nullable QueueStoreException refusal) {

	/**
	 * What the script returned.
	 * @throws QueueStoreException if it was refused
	 */
	Reply replyOrThrow() {
		if (this.reply != null) {
			return this.reply;
		}
		throw (this.refusal != null) ? this.refusal : new QueueStoreException("Redis said nothing", null);
	}

}
