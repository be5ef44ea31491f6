@NullMarked
package io.github.queuestarter.sample;

import org.jspecify.annotations.NullMarked;
