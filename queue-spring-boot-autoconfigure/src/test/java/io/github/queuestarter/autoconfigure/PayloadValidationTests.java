package io.github.queuestarter.autoconfigure;

import java.util.Optional;

import io.github.queuestarter.QueueListener;
import io.github.queuestarter.listener.InvalidListenerException;
import io.github.queuestarter.listener.QueueListenerRegistry;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A payload that is to be validated needs something that does it.
 */
class PayloadValidationTests extends AutoConfigurationTest {

	@Test
	void noValidatorIsExplained() {
		isExplained(this.redis);
	}

	@Test
	void severalValidatorsAreExplained() {
		isExplained(this.redis.withBean("one", LocalValidatorFactoryBean.class)
			.withBean("other", LocalValidatorFactoryBean.class));
	}

	@Test
	void validatorOfOtherTypesIsExplained() {
		isExplained(this.redis.withBean(OtherValidator.class));
	}

	@Test
	void payloadThatIsNotValidatedIsExplained() {
		for (Class<?> type : new Class<?>[] { ValidMessage.class, ValidObject.class }) {
			this.redis.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
				.withBean(type)
				.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
					assertThat(analysis.getDescription()).contains(type.getSimpleName() + ".on(")
						.contains("not validated");
					assertThat(analysis.getAction()).contains("by its own type");
				}));
		}
	}

	@Test
	void validatorIsAskedForTheTypeOfAnOptionalAndNotForAnAbstractOne() {
		for (Class<?> type : new Class<?>[] { ValidOptional.class, ValidAbstract.class }) {
			this.redis.withBean(AmountValidator.class)
				.withBean(type)
				.run((context) -> assertThat(context.getBean(QueueListenerRegistry.class).states()).hasSize(1));
		}
	}

	@Test
	void validatorThatDoesNotSupportAnArrayIsExplained() {
		this.redis.withBean(AmountValidator.class)
			.withBean(ValidArray.class)
			.run((context) -> assertThat(analysis(context.getStartupFailure()).getDescription())
				.contains("'Amount[]'"));
	}

	@Test
	void annotationOfTheInterfaceCounts() {
		isExplained(this.redis, Inheriting.class);
	}

	private void isExplained(ApplicationContextRunner runner) {
		isExplained(runner, Validating.class);
	}

	private void isExplained(ApplicationContextRunner runner, Class<?> listener) {
		runner.withBean(listener)
			.run((context) -> assertThat(analysis(context.getStartupFailure())).satisfies((analysis) -> {
				assertThat(analysis.getCause()).isInstanceOf(InvalidListenerException.class);
				assertThat(analysis.getDescription()).contains(listener.getSimpleName() + ".on(Amount)",
						"validated payload");
				assertThat(analysis.getAction()).contains("spring-boot-starter-validation").contains("@Primary");
			}));
	}

	@Test
	void primaryValidatorIsTaken() {
		this.redis.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
			.withBean("other", OtherValidator.class)
			.withBean(Validating.class)
			.run((context) -> assertThat(context.getBean(QueueListenerRegistry.class).states()).hasSize(1));
	}

	@Test
	void annotationOfAHeaderAsksForNothing() {
		this.redis.withBean(HeaderOnly.class)
			.run((context) -> assertThat(context.getBean(QueueListenerRegistry.class).states()).hasSize(1));
	}

	interface Price {

	}

	record Amount(@Min(1) int value) implements Price {
	}

	static class ValidMessage {

		@QueueListener("amounts")
		void on(@Valid Message<Amount> amount) {
		}

	}

	static class ValidObject {

		@QueueListener("amounts")
		void on(@Valid Object amount) {
		}

	}

	static class ValidArray {

		@QueueListener("amounts")
		void on(@Valid Amount[] amounts) {
		}

	}

	static class ValidOptional {

		@QueueListener("amounts")
		void on(@Valid Optional<Amount> amount) {
		}

	}

	static class ValidAbstract {

		@QueueListener("abstract")
		void on(@Valid Price price) {
		}

	}

	static class Validating {

		@QueueListener("amounts")
		void on(@Valid Amount amount) {
		}

	}

	interface OnAmount {

		void on(@Valid Amount amount);

	}

	static class Inheriting implements OnAmount {

		@Override
		@QueueListener("amounts")
		public void on(Amount amount) {
		}

	}

	static class HeaderOnly {

		@QueueListener("amounts")
		void on(Amount amount, @Header(name = "tenant", required = false) @Valid Object tenant) {
		}

	}

	static class AmountValidator extends OtherValidator {

		@Override
		public boolean supports(Class<?> type) {
			return type == Amount.class;
		}

	}

	static class OtherValidator implements org.springframework.validation.Validator {

		@Override
		public boolean supports(Class<?> type) {
			return false;
		}

		@Override
		public void validate(Object target, org.springframework.validation.Errors errors) {
		}

	}

}
