package io.github.queuestarter.store;

import java.time.Duration;

/**
 * The four ways to settle.
 */
enum SettlementKind {

	ACK {
		@Override
		Settlement of(ClaimedMessage message) {
			return new Settlement.Ack(message);
		}
	},

	RETRY {
		@Override
		Settlement of(ClaimedMessage message) {
			return new Settlement.Retry(message, Duration.ZERO, Messages.failure());
		}
	},

	RELEASE {
		@Override
		Settlement of(ClaimedMessage message) {
			return new Settlement.Release(message, Duration.ZERO);
		}
	},

	BURY {
		@Override
		Settlement of(ClaimedMessage message) {
			return new Settlement.Bury(message, Messages.failure());
		}
	};

	abstract Settlement of(ClaimedMessage message);

}
