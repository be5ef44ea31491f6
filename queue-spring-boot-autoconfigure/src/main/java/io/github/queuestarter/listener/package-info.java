/**
 * Receive: from a store's source through the handler to the settlement, and the heartbeat
 * that keeps what is in flight.
 */
@NullMarked
package io.github.queuestarter.listener;

import org.jspecify.annotations.NullMarked;
