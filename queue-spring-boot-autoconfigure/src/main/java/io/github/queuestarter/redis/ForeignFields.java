package io.github.queuestarter.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;

/**
 * Writes the fields of an entry of another client as a JSON object of strings.
 */
final class ForeignFields {

	private ForeignFields() {
	}

	static EncodedPayload encode(Fields fields) {
		StringBuilder json = new StringBuilder("{");
		for (Map.Entry<String, byte[]> field : fields.values().entrySet()) {
			if (json.length() > 1) {
				json.append(',');
			}
			append(json, field.getKey());
			json.append(':');
			append(json, new String(field.getValue(), StandardCharsets.UTF_8));
		}
		return EncodedPayload.ofText(json.append('}').toString(), Format.FIELDS);
	}

	private static void append(StringBuilder json, String text) {
		json.append('"');
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '"' || character == '\\') {
				json.append('\\').append(character);
			}
			else if (character < 0x20) {
				json.append(String.format("\\u%04x", (int) character));
			}
			else {
				json.append(character);
			}
		}
		json.append('"');
	}

}
