/**
 * Real Redis and Postgres servers without Docker, for tests, the sample and benchmarks.
 */
@NullMarked
package io.github.queuestarter.servers;

import org.jspecify.annotations.NullMarked;
