package io.github.queuestarter.listener;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import io.github.queuestarter.Outcome;
import io.github.queuestarter.store.ClaimedMessage;
import org.jspecify.annotations.Nullable;

import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.messaging.handler.invocation.InvocableHandlerMethod;

/**
 * Calls a bean method. Tells failures to make its arguments, which no further attempt can
 * cure, from failures of the method itself.
 */
final class MethodHandler implements Handler {

	private final Invocation invocation;

	private final @Nullable String onlyBackend;

	/**
	 * Create a handler.
	 * @param onlyBackend the store that its messages must come from, or {@code null} for
	 * any
	 */
	MethodHandler(Object bean, Method method, HandlerMethodArgumentResolverComposite resolvers,
			@Nullable String onlyBackend) {
		this.onlyBackend = onlyBackend;
		this.invocation = new Invocation(bean, method);
		this.invocation.setMessageMethodArgumentResolvers(resolvers);
	}

	boolean canHandle(String backend) {
		return this.onlyBackend == null || this.onlyBackend.equals(backend);
	}

	@Override
	public HandlerResult handle(ClaimedMessage message) {
		Object returned;
		try {
			returned = this.invocation.invoke(new DeliveredMessage(message));
		}
		catch (MethodThrew ex) {
			return new HandlerResult.Threw(ex.thrown());
		}
		catch (Error ex) {
			// of the process, not of the message: no reason to give up on it
			return new HandlerResult.Threw(ex);
		}
		catch (Throwable ex) {
			return new HandlerResult.Unreadable(ex);
		}
		return (returned instanceof CompletionStage<?> stage) ? await(stage) : resultOf(returned);
	}

	/**
	 * Waits for the end even when interrupted: as long as the work goes on, nobody else
	 * may have the message.
	 */
	private static HandlerResult await(CompletionStage<?> stage) {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return resultOf(stage.toCompletableFuture().get());
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (ExecutionException ex) {
			return new HandlerResult.Threw((ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (Throwable ex) {
			return new HandlerResult.Threw(ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static HandlerResult resultOf(@Nullable Object returned) {
		return new HandlerResult.Returned((returned instanceof Outcome outcome) ? outcome : Outcome.done());
	}

	/**
	 * The method with its argument resolvers.
	 */
	private static final class Invocation extends InvocableHandlerMethod {

		Invocation(Object bean, Method method) {
			super(bean, method);
		}

		@Override
		@SuppressWarnings("NullAway") // arguments may be null in the super class too
		protected @Nullable Object doInvoke(@Nullable Object... args) {
			try {
				return super.doInvoke(args);
			}
			catch (Throwable ex) {
				throw new MethodThrew(ex);
			}
		}

	}

	/**
	 * Carries what the method threw past the argument resolvers.
	 */
	private static final class MethodThrew extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final Throwable thrown;

		MethodThrew(Throwable thrown) {
			super(null, thrown, false, false);
			this.thrown = thrown;
		}

		Throwable thrown() {
			return this.thrown;
		}

	}

}
