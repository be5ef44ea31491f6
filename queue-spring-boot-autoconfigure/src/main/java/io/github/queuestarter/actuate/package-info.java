/**
 * Watch: health and meters.
 */
@NullMarked
package io.github.queuestarter.actuate;

import org.jspecify.annotations.NullMarked;
