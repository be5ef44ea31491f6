package io.github.queuestarter.core;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;

import io.github.queuestarter.EncodedPayload;
import io.github.queuestarter.EncodedPayload.Format;
import io.github.queuestarter.PayloadConversionException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JacksonPayloadConverterTests {

	private final JacksonPayloadConverter converter = new JacksonPayloadConverter(JsonMapper.builder().build());

	@Test
	void objectsTravelAsJsonWithoutClassNames() {
		EncodedPayload encoded = this.converter.encode(new Line("nuts", 3));
		assertThat(encoded.format()).isEqualTo(Format.JSON);
		assertThat(encoded.asText()).isEqualTo("{\"product\":\"nuts\",\"amount\":3}");
		assertThat(this.converter.decode(encoded, Line.class)).isEqualTo(new Line("nuts", 3));
		assertThat(this.converter.decode(encoded, String.class)).isEqualTo("{\"product\":\"nuts\",\"amount\":3}");
		assertThat(this.converter.decode(encoded, Object.class)).isEqualTo(Map.of("product", "nuts", "amount", 3));
	}

	@Test
	void genericTypesAreKept() {
		Type type = new ParameterizedTypeReference<List<Line>>() {
		}.getType();
		assertThat(this.converter.decode(this.converter.encode(List.of(new Line("nuts", 3))), type))
			.isEqualTo(List.of(new Line("nuts", 3)));
	}

	@Test
	void textAndBytesTravelAsTheyAre() {
		EncodedPayload text = this.converter.encode("\"quoted\" \u00e4");
		assertThat(text.format()).isEqualTo(Format.TEXT);
		assertThat(this.converter.decode(text, String.class)).isEqualTo("\"quoted\" \u00e4");
		assertThat(this.converter.decode(text, Object.class)).isEqualTo("\"quoted\" \u00e4");
		byte[] bytes = { 0, (byte) 0xff };
		assertThat(this.converter.decode(this.converter.encode(bytes), byte[].class)).isEqualTo(bytes);
		assertThat(this.converter.decode(this.converter.encode(""), String.class)).isEqualTo("");
	}

	@Test
	void textThatHoldsJsonIsReadAsAnyType() {
		assertThat(this.converter.decode(this.converter.encode("{\"product\":\"nuts\",\"amount\":3}"), Line.class))
			.isEqualTo(new Line("nuts", 3));
	}

	@Test
	void fieldsOfStringsBecomeTypedProperties() {
		assertThat(this.converter
			.decode(EncodedPayload.ofText("{\"product\":\"nuts\",\"amount\":\"3\"}", Format.FIELDS), Line.class))
			.isEqualTo(new Line("nuts", 3));
	}

	@Test
	void whatCannotBeConvertedIsAClearError() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.converter.decode(EncodedPayload.ofText("{", Format.JSON), Line.class))
			.withMessageContaining(Line.class.getTypeName());
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.converter.decode(EncodedPayload.ofText("null", Format.JSON), Line.class));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.converter.decode(EncodedPayload.ofText("", Format.TEXT), Line.class));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.converter.encode(new Unwritable()));
	}

	static final class Unwritable {

		public String getName() {
			throw new IllegalStateException("no name");
		}

	}

	record Line(String product, int amount) {
	}

}
