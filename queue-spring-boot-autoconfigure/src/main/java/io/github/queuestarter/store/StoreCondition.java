package io.github.queuestarter.store;

import java.util.List;
import java.util.Map;

/**
 * What a store knows about itself beyond whether it answers, for operators to look at.
 *
 * @param details by what they are about; names and values are shown as they are
 * @param findings what someone should look into although messages still pass
 */
public record StoreCondition(Map<String, Map<String, Object>> details, List<String> findings) {

	/**
	 * Nothing to say.
	 */
	public static final StoreCondition NOTHING = new StoreCondition(Map.of(), List.of());

}
