/**
 * Send and administer: what an application calls.
 */
@NullMarked
package io.github.queuestarter.core;

import org.jspecify.annotations.NullMarked;
