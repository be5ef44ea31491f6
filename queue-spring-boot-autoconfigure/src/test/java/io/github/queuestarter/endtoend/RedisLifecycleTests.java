package io.github.queuestarter.endtoend;

import java.time.Duration;
import java.util.Set;

import io.github.queuestarter.QueueListener;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class RedisLifecycleTests extends LifecycleContract {

	@Override
	Backend backend() {
		return Backend.redis();
	}

	@Test
	void queueWhoseKeysAreBrokenDoesNotStopTheOtherQueues() {
		TwoQueues listener = new TwoQueues();
		Application application = start(application().listener(listener));
		application.template().send(this.queue, "a");
		application.template().send(this.queue + "-other", "a");
		listener.received.await(2);
		breakConsumers(application);
		// twice the expiry
		await().pollDelay(Duration.ofMillis(3000)).until(() -> true);
		application.template().send(this.queue + "-other", "b");
		listener.received.await(3);
		assertThat(listener.received.all()).contains("b");
		breakConsumers(application);
		Application second = start(application().listener(new TwoQueues()).listener(new Object()));
		application.close();
		second.template().send(this.queue + "-other", "c");
		await().until(() -> isDone(second, this.queue + "-other"));
		second.bean(StringRedisTemplate.class).delete(consumersKey(second));
	}

	private void breakConsumers(Application application) {
		StringRedisTemplate redis = application.bean(StringRedisTemplate.class);
		String key = consumersKey(application);
		redis.delete(key);
		redis.opsForValue().set(key, "broken");
	}

	private String consumersKey(Application application) {
		Set<String> keys = application.bean(StringRedisTemplate.class).keys("*" + this.queue + "}*consumers*");
		assertThat(keys).hasSize(1);
		return keys.iterator().next();
	}

	static final class TwoQueues {

		final Received<String> received = new Received<>();

		@QueueListener("${test.queue}")
		void one(String text) {
			this.received.add(text);
		}

		@QueueListener("${test.queue}-other")
		void other(String text) {
			this.received.add(text);
		}

	}

}
