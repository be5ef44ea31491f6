package io.github.queuestarter.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.DigestUtils;

/**
 * The scripts of this room, each in a file of the same name that tells its keys,
 * arguments and answer.
 */
enum RedisScript {

	BEAT, CANCEL, CLAIM_DUE, CUT, DEAD_LETTERS, DISCARD, FENCE, FIND, GROUP_IDLE, GROUP_NAMES, GROUP_STATS, HELD,
	LOOK_AHEAD, MAKE_GROUP, MARK_ACTIVE, MISSING_PERMISSIONS, PAUSE, PROMOTE, READER, REFRESH, REGISTER, REMOVE_GROUP,
	REPLAY, RESCUE, RETIRE, REWIND, RUN_ALONE, SCHEDULE, SETTLE, TRIM, TRIM_BEYOND, TRIM_DEAD, TYPE, UNCLAIMED;

	private final byte[] text;

	private final String digest;

	RedisScript() {
		String script = read("shared") + "\n" + read(name().toLowerCase(Locale.ROOT).replace('_', '-'));
		this.text = script.getBytes(StandardCharsets.UTF_8);
		this.digest = DigestUtils.sha1DigestAsHex(script);
	}

	byte[] text() {
		return this.text;
	}

	String digest() {
		return this.digest;
	}

	private static String read(String name) {
		try {
			return new ClassPathResource(name + ".lua", RedisScript.class).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
