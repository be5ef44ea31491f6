package io.github.queuestarter.redis;

import java.util.List;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;

/**
 * Commands that are not yet sent, so that many can be sent in one write.
 */
final class RawCommands {

	private static final ByteArrayCodec CODEC = ByteArrayCodec.INSTANCE;

	private RawCommands() {
	}

	static AsyncCommand<byte[], byte[], String> xadd(byte[] stream, Fields fields) {
		CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(CODEC).addKey(stream).add("*");
		fields.forEach((name, value) -> arguments.addValue(name).addValue(value));
		return new AsyncCommand<>(new Command<>(CommandType.XADD, new StatusOutput<>(CODEC), arguments));
	}

	static AsyncCommand<byte[], byte[], List<Object>> evalsha(ScriptCall call) {
		CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(CODEC).add(call.script().digest())
			.add(call.keys().size())
			.addKeys(call.keys())
			.addValues(call.arguments());
		return new AsyncCommand<>(new Command<>(CommandType.EVALSHA, new NestedMultiOutput<>(CODEC), arguments));
	}

}
