package io.github.queuestarter.autoconfigure;

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
				manager.addListener(own);
			}
		}
		return bean;
	}

}
