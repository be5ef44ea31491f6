package io.github.queuestarter.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

/**
 * Everything in a schema, each thing described by a text that does not name the schema.
 */
final class SchemaCatalogue {

	private static final String THINGS = """
			select 'column ' || c.relname || '.' || a.attname as thing,
			       concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
			         'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
			         'default ' || pg_get_expr(d.adbin, d.adrelid)) as description
			  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
			  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
			 where c.relnamespace = n and c.relkind in ('r', 'v', 'c')
			union all
			select 'relation ' || c.relname, concat_ws(' ', c.relkind, c.relpersistence, c.reloptions)
			  from pg_class c where c.relnamespace = n
			union all
			select 'index ' || c.relname, pg_get_indexdef(c.oid) from pg_class c where c.relnamespace = n and c.relkind = 'i'
			union all
			select 'view ' || c.relname, pg_get_viewdef(c.oid) from pg_class c where c.relnamespace = n and c.relkind = 'v'
			union all
			select 'constraint ' || o.conname, pg_get_constraintdef(o.oid) from pg_constraint o where o.connamespace = n
			union all
			select 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
			       pg_get_functiondef(p.oid)
			  from pg_proc p where p.pronamespace = n
			union all
			select 'trigger ' || t.tgname, pg_get_triggerdef(t.oid)
			  from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = n and not t.tgisinternal""";

	private SchemaCatalogue() {
	}

	/**
	 * Run a script as psql with {@code --single-transaction} does.
	 */
	static void runScript(DataSource dataSource, String schema, String script) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.execute("set queue.schema = " + statement.enquoteLiteral(schema));
			statement.execute(script);
			statement.execute("reset queue.schema");
			connection.commit();
			connection.setAutoCommit(true);
		}
	}

	static Map<String, String> of(DataSource dataSource, String schema) throws SQLException {
		String sql = THINGS.replaceAll("= n\\b", "= (select oid from pg_namespace where nspname = ?)");
		try (Connection connection = dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
				statement.setString(i, schema);
			}
			Map<String, String> things = new TreeMap<>();
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					things.put(rows.getString("thing").replace(schema, "?"),
							rows.getString("description").replace(schema, "?"));
				}
			}
			return things;
		}
	}

}
