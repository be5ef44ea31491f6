/**
 * The vocabulary of durable queues: what an application annotates, receives, returns and
 * catches.
 */
@NullMarked
package io.github.queuestarter;

import org.jspecify.annotations.NullMarked;
