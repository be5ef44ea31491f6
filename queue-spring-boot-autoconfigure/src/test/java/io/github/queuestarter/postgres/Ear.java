package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears all signals of a schema, as one more instance would.
 */
final class Ear implements AutoCloseable {

	private final Connection connection;

	private final List<Heard> heard = new ArrayList<>();

	Ear(DataSource dataSource, String schema) throws SQLException {
		this.connection = dataSource.getConnection();
		try (Statement statement = this.connection.createStatement();
				var rows = statement.executeQuery(new Sql(schema).get("wakeup-channel"))) {
			rows.next();
			String channel = rows.getString(1);
			statement.execute("listen " + channel);
		}
	}

	/**
	 * The signals so far, but for probes.
	 */
	List<Heard> heard() {
		try {
			PGNotification[] received = this.connection.unwrap(PGConnection.class).getNotifications(50);
			for (PGNotification notification : (received != null) ? received : new PGNotification[0]) {
				Signal signal = Signal.of(notification.getParameter());
				if (signal != null && signal.what() != Signal.What.PROBE) {
					this.heard.add(new Heard(signal, notification.getPID()));
				}
			}
			return List.copyOf(this.heard);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	Heard await(String queue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> heard().stream().anyMatch((one) -> one.signal().name().equals(queue)));
		return this.heard.stream().filter((one) -> one.signal().name().equals(queue)).findFirst().orElseThrow();
	}

	@Override
	public void close() throws SQLException {
		this.connection.close();
	}

	/**
	 * A signal and the session that sent it.
	 */
	record Heard(Signal signal, int backend) {
	}

}
