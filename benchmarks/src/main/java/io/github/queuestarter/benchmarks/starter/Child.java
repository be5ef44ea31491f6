package io.github.queuestarter.benchmarks.starter;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.queuestarter.benchmarks.Handled;

/**
 * What a forked JVM does. It answers in lines that begin with {@value #ANSWER}.
 */
@SuppressWarnings("SystemOut") // the parent reads it
public final class Child {

	static final String ANSWER = "answer";

	private Child() {
	}

	/**
	 * Run.
	 * @param arguments what to do, the URL of the store, a number, and how many seconds
	 * an idle one takes to come to rest
	 */
	public static void run(List<String> arguments) throws Exception {
		String url = arguments.get(1);
		int number = Integer.parseInt(arguments.get(2));
		switch (arguments.get(0)) {
			case "drain" -> drain(url, number);
			case "idle" -> idle(url, number, Integer.parseInt(arguments.get(3)));
			default -> throw new IllegalArgumentException("Unknown work " + arguments);
		}
	}

	private static void drain(String url, int messages) throws Exception {
		Handled handled = new Handled(messages);
		try (Ours ours = Ours.start(url, Map.of(), Ours.withListener((order) -> handled.add(order.fromZero())))) {
			ours.listen();
			handled.await();
			handled.requireEachOnce();
			long most = Runtime.getRuntime().maxMemory();
			System.out.println(ANSWER + " " + handled.rate() + " " + most);
		}
	}

	private static void idle(String url, int listeners, int seconds) throws Exception {
		Ours ours = Ours.start(url, Map.of(), IdleListener.register(listeners));
		ours.listen();
		// until start-up is forgotten: patience at its ceiling, nothing left to compile
		new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
		System.out.println(ANSWER + " idle");
		Thread.currentThread().join();
	}

}
