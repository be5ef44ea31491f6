/**
 * A small application that uses the queue starter.
 */
@NullMarked
package io.github.queuestarter.sample;

import org.jspecify.annotations.NullMarked;
