package io.github.queuestarter.sample;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.data.redis.annotation.RedisListener;
import org.springframework.data.redis.listener.support.PubSubHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/**
 * Shows the newest prices. They come by Redis Pub/Sub, Spring Data's own
 * {@link RedisListener @RedisListener}: every instance that listens now gets them, nobody
 * keeps them, and who was away waits for the next. For a price that is enough; for an
 * order it is not.
 */
@Component
class PriceBoard {

	static final String CHANNEL_PREFIX = "prices.";

	private static final Logger logger = LoggerFactory.getLogger(PriceBoard.class);

	private final Map<String, String> prices = new ConcurrentHashMap<>();

	/**
	 * Hear every price: a pattern.
	 */
	@RedisListener(CHANNEL_PREFIX + "*")
	void priceChanged(String price, @Header(PubSubHeaders.CHANNEL) String channel) {
		this.prices.put(channel.substring(CHANNEL_PREFIX.length()), price);
		logger.info("prices     {} is {} now", channel.substring(CHANNEL_PREFIX.length()), price);
	}

	/**
	 * Hear one price: a channel.
	 */
	@RedisListener(CHANNEL_PREFIX + "coffee")
	void coffeePriceChanged(String price) {
		logger.info("prices     the coffee machine wants {} from now on", price);
	}

	Map<String, String> prices() {
		return new TreeMap<>(this.prices);
	}

}
