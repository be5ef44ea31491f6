package io.github.queuestarter;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A part of a group's dead letters, oldest first.
 *
 * @param deadLetters the dead letters of this page
 * @param next what to ask for the following page with, or {@code null} if this is the
 * last one
 */
public record DeadLetterPage(List<DeadLetter> deadLetters, @Nullable PageRequest next) {
}
