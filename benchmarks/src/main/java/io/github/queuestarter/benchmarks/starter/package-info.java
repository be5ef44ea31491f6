/**
 * An application with the starter, and the scenarios that are the same on every store.
 */
@NullMarked
package io.github.queuestarter.benchmarks.starter;

import org.jspecify.annotations.NullMarked;
