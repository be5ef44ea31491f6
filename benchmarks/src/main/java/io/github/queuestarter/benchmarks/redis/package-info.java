/**
 * The Redis store beside what raw Lettuce and Spring Data Redis can do. A scenario is one
 * small file.
 */
@NullMarked
package io.github.queuestarter.benchmarks.redis;

import org.jspecify.annotations.NullMarked;
