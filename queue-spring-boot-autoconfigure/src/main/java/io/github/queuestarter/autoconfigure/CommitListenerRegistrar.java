package io.github.queuestarter.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Registers the store's listener with transaction managers that the application makes
 * itself, as Spring Boot does with its own.
 */
final class CommitListenerRegistrar implements BeanPostProcessor {

	private final ObjectProvider<TransactionExecutionListener> listener;

	CommitListenerRegistrar(ObjectProvider<TransactionExecutionListener> listener) {
		this.listener = listener;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ConfigurableTransactionManager manager) {
			TransactionExecutionListener own = this.listener.getObject();
			if (!manager.getTransactionExecutionListeners().contains(own)) {
				// not added to the collection that is there, which may be one that nobody
				// can add to
				List<TransactionExecutionListener> all = new ArrayList<>(manager.getTransactionExecutionListeners());
				all.add(own);
				manager.setTransactionExecutionListeners(all);
			}
		}
		return bean;
	}

}
