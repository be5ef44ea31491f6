package io.github.queuestarter.benchmarks;

import java.util.List;

/**
 * Contenders that do the same work, and how they have to compare.
 *
 * @param name the name to choose it by
 * @param question what it answers
 * @param mostRounds how many rounds it is worth at most
 * @param warmsUp whether a first round is run and not counted
 * @param contenders the contenders, in the order in which a round runs them
 * @param checks what has to hold
 */
public record Scenario(String name, String question, int mostRounds, boolean warmsUp, List<Contender> contenders,
		List<Check> checks) {

	/**
	 * A scenario that is run as often as the options say, after a warm-up.
	 */
	public static Scenario of(String name, String question, List<Contender> contenders, List<Check> checks) {
		return new Scenario(name, question, Integer.MAX_VALUE, true, contenders, checks);
	}

	/**
	 * A long scenario, run at most a few times without warm-up.
	 */
	public static Scenario atMost(int rounds, String name, String question, List<Contender> contenders,
			List<Check> checks) {
		return new Scenario(name, question, rounds, false, contenders, checks);
	}

}
