package io.github.queuestarter.sample;

import java.math.BigDecimal;
import java.util.Map;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Prices over HTTP.
 */
@RestController
@RequestMapping("/prices")
class PriceController {

	private final StringRedisTemplate redis;

	private final PriceBoard board;

	PriceController(StringRedisTemplate redis, PriceBoard board) {
		this.redis = redis;
		this.board = board;
	}

	/**
	 * What this instance has heard.
	 */
	@GetMapping
	Map<String, String> prices() {
		return this.board.prices();
	}

	/**
	 * Tell everybody who listens.
	 */
	@PutMapping("/{item}")
	@ResponseStatus(HttpStatus.ACCEPTED)
	void change(@PathVariable String item, @RequestBody BigDecimal price) {
		this.redis.convertAndSend(PriceBoard.CHANNEL_PREFIX + item, price.toPlainString());
	}

}
