/**
 * Wires everything, seen by nothing.
 */
@NullMarked
package io.github.queuestarter.autoconfigure;

import org.jspecify.annotations.NullMarked;
