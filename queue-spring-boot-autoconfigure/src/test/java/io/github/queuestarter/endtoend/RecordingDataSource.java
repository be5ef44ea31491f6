package io.github.queuestarter.endtoend;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Notes what the application tells the database in parameters, and what texts it hears
 * from it.
 */
final class RecordingDataSource extends DelegatingDataSource implements AutoCloseable {

	private final List<Object> told = new CopyOnWriteArrayList<>();

	private final Set<String> heard = ConcurrentHashMap.newKeySet();

	RecordingDataSource(DataSource target) {
		super(target);
	}

	/**
	 * What the application said by itself: parameters that it had not heard before.
	 */
	List<Object> told() {
		return List.copyOf(this.told);
	}

	@Override
	public Connection getConnection() throws SQLException {
		return connection(super.getConnection());
	}

	private Connection connection(Connection connection) {
		return proxy(Connection.class, connection, connection, (method, arguments) -> {
			if (method.getName().equals("createArrayOf")) {
				Arrays.stream((Object[]) arguments[1]).forEach(this::tell);
			}
		});
	}

	private void tell(@Nullable Object value) {
		if (value != null && !this.heard.contains(value.toString())) {
			this.told.add(value);
		}
	}

	@SuppressWarnings("unchecked")
	private <T> T proxy(Class<T> type, T target, @Nullable Connection connection, BiConsumer<Method, Object[]> watch) {
		return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					if (arguments != null) {
						watch.accept(method, arguments);
					}
					if (method.getName().equals("getConnection") && connection != null) {
						return connection;
					}
					return wrap(method, invoke(target, method, arguments),
							(type == Connection.class) ? (Connection) proxy : connection);
				});
	}

	private @Nullable Object wrap(Method method, @Nullable Object answer, @Nullable Connection connection) {
		if (answer instanceof PreparedStatement statement) {
			return proxy(PreparedStatement.class, statement, connection, (called, arguments) -> {
				if (called.getName().startsWith("set") && arguments.length >= 2) {
					tell(arguments[1]);
				}
			});
		}
		if (answer instanceof ResultSet rows) {
			return proxy(ResultSet.class, rows, null, (called, arguments) -> {
			});
		}
		if (answer instanceof String text && method.getDeclaringClass() == ResultSet.class) {
			this.heard.add(text);
		}
		return answer;
	}

	private static @Nullable Object invoke(Object target, Method method, Object @Nullable [] arguments)
			throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * Kinds of parameters that were told, to show that there was something to see.
	 */
	Set<Class<?>> kinds() {
		Set<Class<?>> kinds = new HashSet<>();
		this.told.forEach((value) -> kinds.add(value.getClass()));
		return kinds;
	}

	@Override
	public void close() throws Exception {
		if (getTargetDataSource() instanceof AutoCloseable target) {
			target.close();
		}
	}

}
