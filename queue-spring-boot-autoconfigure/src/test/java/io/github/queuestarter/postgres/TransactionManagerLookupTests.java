package io.github.queuestarter.postgres;

import javax.sql.DataSource;

import io.github.queuestarter.store.UnavailableTransactionsException;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TransactionManagerLookupTests {

	private final DataSource dataSource = new DriverManagerDataSource();

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private final TransactionManagerLookup lookup = new TransactionManagerLookup(
			this.beans.getBeanProvider(PlatformTransactionManager.class), this.dataSource);

	private RootBeanDefinition define(String name, PlatformTransactionManager manager) {
		RootBeanDefinition definition = (RootBeanDefinition) BeanDefinitionBuilder
			.rootBeanDefinition(PlatformTransactionManager.class, () -> manager)
			.getBeanDefinition();
		this.beans.registerBeanDefinition(name, definition);
		return definition;
	}

	@Test
	void managerIsFoundBehindProxiesOfTheDataSource() {
		define("other", new JdbcTransactionManager(new DriverManagerDataSource()));
		DataSource lazy = new LazyConnectionDataSourceProxy(new TransactionAwareDataSourceProxy(this.dataSource));
		JdbcTransactionManager manager = new JdbcTransactionManager(lazy);
		define("mine", manager);
		assertThat(this.lookup.find()).isEqualTo(new TransactionManagerLookup.Found(manager, lazy));
	}

	@Test
	void managerBehindAnAspectIsFound() {
		ProxyFactory aspect = new ProxyFactory(new JdbcTransactionManager(this.dataSource));
		aspect.setInterfaces(PlatformTransactionManager.class);
		PlatformTransactionManager proxy = (PlatformTransactionManager) aspect.getProxy();
		define("mine", proxy);
		assertThat(this.lookup.find().manager()).isSameAs(proxy);
		assertThat(this.lookup.find().dataSource()).isSameAs(this.dataSource);
	}

	@Test
	void managerThatIsOnlyToBeHadByItsQualifierIsFound() {
		JdbcTransactionManager manager = new JdbcTransactionManager(this.dataSource);
		define("mine", manager).setDefaultCandidate(false);
		define("other", new JdbcTransactionManager(new DriverManagerDataSource()));
		assertThat(this.lookup.find().manager()).isSameAs(manager);
	}

	@Test
	void primaryOneOfSeveralIsTaken() {
		define("first", new JdbcTransactionManager(this.dataSource));
		JdbcTransactionManager second = new JdbcTransactionManager(this.dataSource);
		define("second", second).setPrimary(true);
		assertThat(this.lookup.find().manager()).isSameAs(second);
	}

	@Test
	void severalWithoutAPrimaryOneAskForAChoice() {
		define("first", new JdbcTransactionManager(this.dataSource));
		define("second", new JdbcTransactionManager(this.dataSource));
		assertThatExceptionOfType(UnavailableTransactionsException.class).isThrownBy(this.lookup::find)
			.withMessageContaining("2 transaction managers")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("@Primary"));
	}

}
