/**
 * Tests of the Postgres store.
 */
@NullMarked
package io.github.queuestarter.postgres;

import org.jspecify.annotations.NullMarked;
