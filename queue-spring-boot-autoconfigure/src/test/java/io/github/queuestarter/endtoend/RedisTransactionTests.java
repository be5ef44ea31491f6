package io.github.queuestarter.endtoend;

class RedisTransactionTests extends TransactionContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

}
