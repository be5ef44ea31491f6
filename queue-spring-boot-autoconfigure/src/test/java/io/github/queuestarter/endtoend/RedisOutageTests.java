package io.github.queuestarter.endtoend;

import io.github.queuestarter.QueueEvent;
import io.github.queuestarter.servers.LocalServer;
import io.github.queuestarter.servers.RedisServer;
import io.github.queuestarter.testing.TestRedis;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

class RedisOutageTests extends OutageContract {

	private RedisServer server;

	@Override
	LocalServer startServer() {
		this.server = RedisServer.builder().config("--appendonly", "yes", "--appendfsync", "always").start();
		return this.server;
	}

	@Override
	Backend backend() {
		return Backend.redis(new TestRedis(this.server.host(), this.server.port(), null, null));
	}

	@Override
	void wipe() {
		try (Application operator = application().start()) {
			operator.bean(StringRedisTemplate.class).execute((RedisCallback<Void>) (connection) -> {
				connection.serverCommands().flushAll();
				return null;
			});
		}
	}

	@Override
	void breakQueue() {
		try (Application operator = application().start()) {
			operator.bean(StringRedisTemplate.class).delete("queue:" + this.queue);
			operator.bean(StringRedisTemplate.class).opsForValue().set("queue:" + this.queue, "no stream");
		}
	}

	@Override
	void repairQueue() {
		try (Application operator = application().start()) {
			operator.bean(StringRedisTemplate.class).delete("queue:" + this.queue);
		}
	}

	@Override
	void breakHeartbeat() {
		try (Application operator = application().start()) {
			operator.bean(StringRedisTemplate.class).opsForValue().set(consumers(), "no hash");
		}
	}

	@Override
	void repairHeartbeat() {
		try (Application operator = application().start()) {
			operator.bean(StringRedisTemplate.class).delete(consumers());
		}
	}

	private String consumers() {
		return "{queue:" + this.queue + "}:consumers";
	}

	@Test
	void listenerStartsWithoutItsServerAndListensOnceItIsThere() {
		this.server.kill();
		Events events = new Events();
		Texts texts = new Texts();
		Application application = start(application().listener(texts).listener(events));
		await().until(() -> !events.of(QueueEvent.HeartbeatFailed.class).isEmpty());
		this.server.start();
		await().ignoreExceptions().until(() -> application.template().send(this.queue, "x") != null);
		texts.received.await(1);
	}

}
