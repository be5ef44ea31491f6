package io.github.queuestarter.store;

/**
 * What the topics of the contract need of the store that is under test.
 */
interface StoreUnderTest {

	/**
	 * A new application instance, with a store object and a consumer of its own, that is
	 * retired and closed after the test.
	 */
	Instance instance();

}
