/**
 * The Postgres store beside what raw JDBC can do. A scenario is one small file.
 */
@NullMarked
package io.github.queuestarter.benchmarks.postgres;

import org.jspecify.annotations.NullMarked;
