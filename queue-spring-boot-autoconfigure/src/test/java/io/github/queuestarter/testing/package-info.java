/**
 * What tests of every room share.
 */
@NullMarked
package io.github.queuestarter.testing;

import org.jspecify.annotations.NullMarked;
