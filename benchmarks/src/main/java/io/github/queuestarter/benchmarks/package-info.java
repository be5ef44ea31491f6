/**
 * Runs contenders in rounds and prints how they compare. Knows no store.
 */
@NullMarked
package io.github.queuestarter.benchmarks;

import org.jspecify.annotations.NullMarked;
