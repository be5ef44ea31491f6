package io.github.queuestarter.endtoend;

import java.util.Map;

import javax.sql.DataSource;

import io.github.queuestarter.DeadLetter;
import io.github.queuestarter.Delivery;
import io.github.queuestarter.QueueListener;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transactional listeners of applications that use JPA.
 */
class PostgresJpaTests extends TransactionalTest {

	@AfterEach
	void dropTable() {
		this.outside.execute("drop table if exists posted cascade");
	}

	@Test
	void entitiesAreThereExactlyOnce() {
		Accounts accounts = new Accounts();
		Application application = start(application(accounts).configuration(Jpa.class));
		String id = application.template().send(this.queue, "good");
		assertThat(accounts.deliveries.await(2)).extracting(Delivery::attempt).containsExactly(1, 2);
		awaitNothingLeft(application);
		assertThat(this.outside.queryForList("select message from posted", String.class)).containsExactly(id);
	}

	@Test
	void entityThatTheDatabaseRefusesMakesAFailedAttempt() {
		Application application = start(
				application(new Accounts()).configuration(Jpa.class).with("queue.listener.retry.max-attempts", 2));
		application.template().send(this.queue, "bad");
		DeadLetter dead = awaitDeadLetter(application);
		assertThat(dead.attempts()).isEqualTo(2);
		assertThat(dead.failure().reason()).contains("null value");
		assertThat(this.outside.queryForList("select message from posted", String.class)).isEmpty();
		awaitNothingLeft(application);
	}

	static final class Accounts {

		final Received<Delivery> deliveries = new Received<>();

		@PersistenceContext
		private EntityManager entities;

		@QueueListener(queue = "${test.queue}", transactional = true)
		void on(String payload, Delivery delivery) {
			this.entities.persist(new Posted(payload.equals("good") ? delivery.id() : null));
			this.deliveries.add(delivery);
			if (payload.equals("good") && delivery.attempt() == 1) {
				throw new IllegalStateException("not now");
			}
		}

	}

	@Entity(name = "posted")
	static class Posted {

		@Id
		@GeneratedValue(strategy = GenerationType.SEQUENCE)
		private Long id;

		// nothing is checked before the flush
		@Column(columnDefinition = "text not null")
		private String message;

		Posted() {
		}

		Posted(String message) {
			this.message = message;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jpa {

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(dataSource);
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			factory.setManagedTypes(PersistenceManagedTypes.of(Posted.class.getName()));
			factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
			return factory;
		}

		@Bean
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

	}

}
