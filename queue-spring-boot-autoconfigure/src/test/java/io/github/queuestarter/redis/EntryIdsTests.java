package io.github.queuestarter.redis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EntryIdsTests {

	@Test
	void idsAreOrderedAsNumbers() {
		List<String> ascending = List.of("0-1", "9-9", "9-10", "10-0", "10-9", "10-10", "99-18446744073709551615",
				"100-0", "1700000000000-2", "1700000000000-11", "1700000000001-1", "18446744073709551615-0");
		List<String> ids = new ArrayList<>(ascending);
		Collections.reverse(ids);
		ids.sort(EntryIds::compare);
		assertThat(ids).isEqualTo(ascending);
		assertThat(EntryIds.compare("10-9", "10-9")).isZero();
	}

}
