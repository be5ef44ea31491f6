@NullMarked
package io.github.queuestarter.redis;

import org.jspecify.annotations.NullMarked;
