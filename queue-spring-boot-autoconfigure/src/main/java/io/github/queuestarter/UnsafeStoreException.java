package io.github.queuestarter;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A store is set up so that it may lose messages, and was not to be used then.
 */
public class UnsafeStoreException extends QueueException {

	private final List<Risk> risks;

	/**
	 * Create the exception.
	 * @param backend name of the kind of store, as in {@code queue.backend}
	 * @param risks what was found
	 */
	public UnsafeStoreException(String backend, List<Risk> risks) {
		super("The store '" + backend + "' is not safe for queues: "
				+ risks.stream().map(Risk::what).collect(Collectors.joining("; ")));
		this.risks = List.copyOf(risks);
	}

	/**
	 * What was found, at least one.
	 */
	public List<Risk> risks() {
		return this.risks;
	}

	/**
	 * What may go wrong.
	 *
	 * @param what how it is and what follows, without a full stop
	 * @param remedy what to do, without a full stop
	 */
	public record Risk(String what, String remedy) implements Serializable {
	}

}
