package io.github.queuestarter.endtoend;

import io.github.queuestarter.testing.TestServers;

class PostgresTransactionTests extends TransactionContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

}
