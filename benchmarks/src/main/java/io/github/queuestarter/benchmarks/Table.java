package io.github.queuestarter.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of cells as text.
 */
final class Table {

	private Table() {
	}

	static String aligned(List<String> columns, List<List<String>> rows) {
		List<List<String>> lines = new ArrayList<>();
		lines.add(columns);
		lines.addAll(rows);
		StringBuilder text = new StringBuilder();
		for (List<String> line : lines) {
			StringBuilder one = new StringBuilder();
			for (int i = 0; i < line.size(); i++) {
				int column = i;
				int width = lines.stream().mapToInt((other) -> other.get(column).length()).max().orElse(0);
				one.append(line.get(i)).append(" ".repeat(width - line.get(i).length() + 2));
			}
			text.append(one.toString().stripTrailing()).append('\n');
		}
		return text.toString();
	}

	static String markdown(List<String> columns, List<List<String>> rows) {
		StringBuilder text = new StringBuilder();
		line(text, columns);
		line(text, columns.stream().map((column) -> "---").toList());
		rows.forEach((row) -> line(text, row));
		return text.toString();
	}

	private static void line(StringBuilder text, List<String> cells) {
		text.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

}
