/**
 * The store on Redis Streams.
 */
@NullMarked
package io.github.queuestarter.redis;

import org.jspecify.annotations.NullMarked;
