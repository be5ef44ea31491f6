package io.github.queuestarter.benchmarks;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that do the same work at the same time.
 */
public final class Crew {

	private Crew() {
	}

	/**
	 * Do the work in some threads, and wait until all have done it.
	 */
	public static void work(int threads, Callable<?> work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (Future<?> done : executor.invokeAll(Collections.nCopies(threads, work::call))) {
				done.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

}
