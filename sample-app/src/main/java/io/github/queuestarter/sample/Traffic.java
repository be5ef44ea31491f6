package io.github.queuestarter.sample;

import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Places an order every few seconds, so that there is something to see. Every fifth order
 * has a bad address, and now and then a price changes.
 */
@Component
@ConditionalOnBooleanProperty(name = "sample.traffic", matchIfMissing = true)
class Traffic {

	private static final List<String> ITEMS = List.of("coffee", "apples", "bread");

	private final OrderDesk desk;

	private final StringRedisTemplate redis;

	private int round;

	Traffic(OrderDesk desk, StringRedisTemplate redis) {
		this.desk = desk;
		this.redis = redis;
	}

	@Scheduled(initialDelayString = "1s", fixedDelayString = "${sample.traffic-interval:3s}")
	void placeOrder() {
		this.round++;
		String item = ITEMS.get(this.round % ITEMS.size());
		String address = (this.round % 5 == 0) ? "somewhere" : "%d Market Street".formatted(this.round);
		this.desk.place(new NewOrder(item, 1 + this.round % 4, address));
		if (this.round % 4 == 0) {
			this.redis.convertAndSend(PriceBoard.CHANNEL_PREFIX + item, "%d.50".formatted(this.round % 7 + 1));
		}
	}

}
