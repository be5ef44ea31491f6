@NullMarked
package io.github.queuestarter.benchmarks;

import org.jspecify.annotations.NullMarked;
