package io.github.queuestarter.store;

/**
 * Names a group.
 */
public record GroupName(String queue, String group) {
}
