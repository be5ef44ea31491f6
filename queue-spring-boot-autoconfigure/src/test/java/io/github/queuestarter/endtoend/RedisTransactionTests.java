package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class RedisTransactionTests extends TransactionContract {

	@Override
	Backend backend() {
		return Backend.redis(TestServers.redis());
	}

}
