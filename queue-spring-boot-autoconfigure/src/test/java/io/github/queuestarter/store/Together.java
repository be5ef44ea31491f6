package io.github.queuestarter.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Lets several threads do something at the same moment.
 */
final class Together {

	private Together() {
	}

	/**
	 * Call all of them at once, each in a thread of its own.
	 * @return the answers, in the order of the callers
	 */
	@SafeVarargs
	static <T> List<T> call(Callable<T>... callers) {
		CyclicBarrier start = new CyclicBarrier(callers.length);
		ExecutorService threads = Executors.newFixedThreadPool(callers.length);
		try {
			List<Future<T>> futures = new ArrayList<>();
			for (Callable<T> caller : callers) {
				futures.add(threads.submit(() -> {
					start.await(10, TimeUnit.SECONDS);
					return caller.call();
				}));
			}
			List<T> answers = new ArrayList<>();
			for (Future<T> future : futures) {
				answers.add(future.get(60, TimeUnit.SECONDS));
			}
			return answers;
		}
		catch (Exception ex) {
			throw new AssertionError("One of " + callers.length + " callers failed", ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

}
