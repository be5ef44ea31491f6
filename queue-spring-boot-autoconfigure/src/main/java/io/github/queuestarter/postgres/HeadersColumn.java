package io.github.queuestarter.postgres;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Headers as the column {@code headers} holds them: a JSON object of strings, or nothing.
 */
final class HeadersColumn {

	private HeadersColumn() {
	}

	static @Nullable String write(Map<String, String> headers, String queue) {
		if (headers.isEmpty()) {
			return null;
		}
		StringBuilder json = new StringBuilder("{");
		headers.forEach((name, value) -> {
			if (json.length() > 1) {
				json.append(',');
			}
			String what = "A header for queue '" + queue + "'";
			quote(json, StorableText.require(name, what));
			json.append(':');
			quote(json, StorableText.require(value, what));
		});
		return json.append('}').toString();
	}

	/**
	 * Read an object. Values that are not strings, which plain SQL may have written, are
	 * taken as they are spelled.
	 */
	static Map<String, String> read(@Nullable String json) {
		return (json != null) ? new Parser(json).object() : Map.of();
	}

	private static void quote(StringBuilder json, String text) {
		json.append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"' || c == '\\') {
				json.append('\\').append(c);
			}
			else if (c < ' ') {
				json.append(String.format("\\u%04x", (int) c));
			}
			else {
				json.append(c);
			}
		}
		json.append('"');
	}

	/**
	 * Reads what Postgres prints, which is known to be well-formed.
	 */
	private static final class Parser {

		private final String json;

		private int at;

		private Parser(String json) {
			this.json = json;
		}

		private Map<String, String> object() {
			Map<String, String> headers = new LinkedHashMap<>();
			skipSpace();
			if (peek() != '{') {
				return headers;
			}
			this.at++;
			skipSpace();
			while (peek() != '}') {
				String name = string();
				skipSpace();
				this.at++;
				skipSpace();
				headers.put(name, (peek() == '"') ? string() : raw());
				skipSpace();
				if (peek() == ',') {
					this.at++;
					skipSpace();
				}
			}
			return headers;
		}

		private char peek() {
			return this.json.charAt(this.at);
		}

		private void skipSpace() {
			while (Character.isWhitespace(peek())) {
				this.at++;
			}
		}

		private String string() {
			StringBuilder text = new StringBuilder();
			this.at++;
			while (peek() != '"') {
				char c = this.json.charAt(this.at++);
				text.append((c == '\\') ? escaped() : c);
			}
			this.at++;
			return text.toString();
		}

		private char escaped() {
			char c = this.json.charAt(this.at++);
			return switch (c) {
				case 'n' -> '\n';
				case 't' -> '\t';
				case 'r' -> '\r';
				case 'b' -> '\b';
				case 'f' -> '\f';
				case 'u' -> {
					this.at += 4;
					yield (char) Integer.parseInt(this.json, this.at - 4, this.at, 16);
				}
				default -> c;
			};
		}

		private String raw() {
			int start = this.at;
			int depth = 0;
			while (depth > 0 || (peek() != ',' && peek() != '}')) {
				char c = peek();
				if (c == '"') {
					string();
					continue;
				}
				if (c == '{' || c == '[') {
					depth++;
				}
				else if (c == '}' || c == ']') {
					depth--;
				}
				this.at++;
			}
			return this.json.substring(start, this.at).strip();
		}

	}

}
