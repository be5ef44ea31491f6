/**
 * Promises to applications, from send to handler, each kept on both stores.
 */
@NullMarked
package io.github.queuestarter.endtoend;

import org.jspecify.annotations.NullMarked;
