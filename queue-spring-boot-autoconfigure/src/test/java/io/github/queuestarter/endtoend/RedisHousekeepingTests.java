package io.github.queuestarter.endtoend;

import java.time.Duration;

import org.springframework.data.redis.core.StringRedisTemplate;

class RedisHousekeepingTests extends HousekeepingContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

	@Override
	void age(Application application, String queue, String group, Duration age) {
		String then = Long.toString(System.currentTimeMillis() - age.toMillis());
		StringRedisTemplate redis = application.bean(StringRedisTemplate.class);
		redis.opsForHash().put("{queue:" + queue + "}:groups", "active:" + group, then);
		redis.opsForHash().put("{queue:" + queue + "}:groups", "created:" + group, then);
	}

}
