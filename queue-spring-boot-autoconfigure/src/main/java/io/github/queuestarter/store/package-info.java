/**
 * The seam: what a store must do, in records and small interfaces. A store promises
 * exactly what is written here; everything above this room is the same for all stores.
 */
@NullMarked
package io.github.queuestarter.store;

import org.jspecify.annotations.NullMarked;
