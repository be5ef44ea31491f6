package io.github.queuestarter.sample;

import java.util.List;

/**
 * An order with what was done for it so far.
 */
record OrderDetails(Order order, List<OrderStep> steps) {
}
