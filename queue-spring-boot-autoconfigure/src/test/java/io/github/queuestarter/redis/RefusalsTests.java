package io.github.queuestarter.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors as servers of several versions word them.
 */
class RefusalsTests {

	@ParameterizedTest
	@ValueSource(strings = { "TRYAGAIN Multiple keys request during rehashing of slot", "ASK 3999 127.0.0.1:6381",
			"MOVED 3999 127.0.0.1:6381", "CLUSTERDOWN The cluster is down",
			"LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down",
			"READONLY You can't write against a read only replica. script: 5e, on @user_script:40.",
			"ERR Error running script (call to f_5e): @user_script:40: @user_script: 40: -READONLY You can't write",
			"BUSY Redis is busy running a script", "NOREPLICAS Not enough good replicas to write." })
	void whatPassesIsTemporary(String message) {
		assertThat(Refusals.isTemporary(new RedisCommandExecutionException(message))).isTrue();
		assertThat(Refusals.isForbidden(new RedisCommandExecutionException(message))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "READONLY You can't write against a read only replica.",
			"ERR Error running script (call to f_5e): @user_script:40: @user_script: 40: -READONLY You can't write" })
	void serverThatIsNoMasterAnyMoreIsToldAlsoByAScript(String message) {
		assertThat(Refusals.isReadOnly(new RedisCommandExecutionException(message))).isTrue();
		assertThat(Refusals.isReadOnly(new RedisCommandExecutionException("ERR unknown command 'READONLY '")))
			.isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "BUSYGROUP Consumer Group name already exists", "OOM command not allowed",
			"WRONGTYPE Operation against a key", "ERR unknown command 'ASK '", "NOGROUP No such key" })
	void whatStaysIsNot(String message) {
		assertThat(Refusals.isTemporary(new RedisCommandExecutionException(message))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "NOPERM this user has no permissions to run the 'xadd' command",
			"ERR The user executing the script can't run this command or subcommand script: 5e, on @user_script:40.",
			"ERR The user executing the script can't access at least one of the keys mentioned in the command",
			"NOPERM User queues has no permissions to run the 'xdel' command script: 5e, on @user_script:40." })
	void whatTheUserMayNotIsForbidden(String message) {
		assertThat(Refusals.isForbidden(new RedisCommandExecutionException(message))).isTrue();
	}

	@Test
	void lostConnectionIsNoRefusal() {
		assertThat(Refusals.isTemporary(new RedisConnectionException("MOVED 1 a:1"))).isFalse();
	}

}
