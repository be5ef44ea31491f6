package io.github.queuestarter.redis;

import java.time.Instant;

import io.github.queuestarter.store.ClaimedMessage;

/**
 * Makes claimed messages of what Redis answers.
 */
final class Claims {

	private Claims() {
	}

	/**
	 * A message that was read for the first time.
	 */
	static ClaimedMessage first(GroupKeys keys, String consumer, String entryId, Fields fields) {
		Entry entry = Entry.read(entryId, fields);
		return new ClaimedMessage(entry.id(), keys.queue().queue(), keys.group(), consumer, 0, 0, false, entry.sentAt(),
				null, entry.headers(), entry.payload(), new RedisReceipt(keys, false, entryId, 1, fields));
	}

	/**
	 * A message that was read without a group.
	 */
	static ClaimedMessage read(GroupKeys keys, String consumer, String entryId, Fields fields) {
		Entry entry = Entry.read(entryId, fields);
		return new ClaimedMessage(entry.id(), keys.queue().queue(), keys.group(), consumer, 0, 0, false, entry.sentAt(),
				null, entry.headers(), entry.payload(), new ReadReceipt(keys.queue(), entryId, fields));
	}

	/**
	 * A due message as {@link RedisScript#CLAIM_DUE} answers it.
	 */
	static ClaimedMessage due(GroupKeys keys, String consumer, Reply claim) {
		boolean replayed = claim.flag(0);
		String entryId = claim.text(1);
		Fields fields = claim.list(7).fields();
		Entry entry = replayed ? Entry.readCopy(entryId, fields) : Entry.read(entryId, fields);
		Instant firstFailure = "-".equals(claim.text(6)) ? null : Instant.ofEpochMilli(claim.number(6));
		return new ClaimedMessage(entry.id(), keys.queue().queue(), keys.group(), consumer, claim.count(3),
				claim.count(4), claim.flag(5), entry.sentAt(), firstFailure, entry.headers(), entry.payload(),
				new RedisReceipt(keys, replayed, entryId, claim.number(2),
						replayed ? fields.after(Entry.OWN_FIELDS_END) : fields));
	}

}
