package io.github.queuestarter.endtoend;

import java.time.Duration;

import io.github.queuestarter.testing.TestServers;

import org.springframework.jdbc.core.JdbcTemplate;

class PostgresHousekeepingTests extends HousekeepingContract {

	@Override
	Backend backend() {
		return Backend.postgres(TestServers.postgres());
	}

	@Override
	void age(Application application, String queue, String group, Duration age) {
		JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
		jdbc.update("update queue.queue_group set active_at = clock_timestamp() - ? * interval '1 second'"
				+ " where queue = ? and name = ?", age.toSeconds(), queue, group);
		jdbc.update("update queue.queue_cursor set moved_at = clock_timestamp() - ? * interval '1 second'"
				+ " where queue = ? and group_name = ?", age.toSeconds(), queue, group);
	}

}
