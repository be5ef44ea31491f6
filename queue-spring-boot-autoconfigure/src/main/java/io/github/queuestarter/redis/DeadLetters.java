package io.github.queuestarter.redis;

import java.time.Instant;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Failure;
import io.github.queuestarter.store.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads what a dead letter tells besides its message.
 */
final class DeadLetters {

	private static final String KIND = "queue~kind";

	private static final String REASON = "queue~reason";

	private static final String EXCEPTION = "queue~exception";

	private static final String MESSAGE = "queue~message";

	private static final String STACK_TRACE = "queue~stack-trace";

	private static final int LONGEST_LINE = 4_000;

	private static final int LONGEST_STACK_TRACE = 32_000;

	private DeadLetters() {
	}

	/**
	 * The fields that {@link RedisScript#SETTLE} does not know by itself.
	 */
	static Fields reasons(Settlement.Bury bury) {
		Failure failure = bury.failure();
		Fields fields = new Fields();
		fields.add(Entry.OWN_SENT, Long.toString(bury.message().sentAt().toEpochMilli()));
		fields.add(KIND, failure.kind().name());
		fields.add(REASON, cut(failure.reason(), LONGEST_LINE));
		add(fields, EXCEPTION, failure.exceptionClass(), LONGEST_LINE);
		add(fields, MESSAGE, failure.exceptionMessage(), LONGEST_LINE);
		add(fields, STACK_TRACE, failure.stackTrace(), LONGEST_STACK_TRACE);
		return fields;
	}

	static DeadLetter read(String queue, String group, String letterId, Fields fields) {
		Entry entry = Entry.readCopy(letterId, fields);
		Fields own = fields.before(Entry.OWN_FIELDS_END);
		Instant buried = Entry.added(letterId);
		return new DeadLetter(entry.id(), queue, group, entry.payload(), entry.headers(), entry.sentAt(),
				number(own.text("queue~attempts")), number(own.text("queue~crashes")),
				Entry.instant(own.text("queue~first-failure"), buried),
				Entry.instant(own.text("queue~last-failure"), buried), own.text("queue~consumer"), failure(own));
	}

	private static Failure failure(Fields own) {
		String reason = own.text(REASON);
		return new Failure(kind(own.text(KIND)), (reason != null) ? reason : "", own.text(EXCEPTION), own.text(MESSAGE),
				own.text(STACK_TRACE));
	}

	private static Failure.Kind kind(@Nullable String name) {
		for (Failure.Kind kind : Failure.Kind.values()) {
			if (kind.name().equals(name)) {
				return kind;
			}
		}
		return Failure.Kind.EXCEPTION;
	}

	private static int number(@Nullable String text) {
		return (text != null && text.matches("\\d{1,9}")) ? Integer.parseInt(text) : 0;
	}

	private static void add(Fields fields, String name, @Nullable String text, int longest) {
		if (text != null) {
			fields.add(name, cut(text, longest));
		}
	}

	private static String cut(String text, int longest) {
		return (text.length() > longest) ? text.substring(0, longest) : text;
	}

}
