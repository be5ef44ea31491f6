@NullMarked
package io.github.queuestarter.servers;

import org.jspecify.annotations.NullMarked;
