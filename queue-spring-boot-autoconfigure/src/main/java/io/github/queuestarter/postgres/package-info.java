/**
 * The Postgres store: an append-only log that groups read with snapshot cursors.
 */
@NullMarked
package io.github.queuestarter.postgres;

import org.jspecify.annotations.NullMarked;
