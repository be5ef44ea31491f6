package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where servers keep their files.
 */
final class Directories {

	private Directories() {
	}

	/**
	 * The directory for unpacked binaries, shared by all JVMs of this user.
	 */
	static Path cache() {
		String name = "queue-servers-" + System.getProperty("user.name").replaceAll("\\W", "_");
		return create(Path.of(System.getProperty("java.io.tmpdir"), name));
	}

	static Path create(Path directory) {
		try {
			return Files.createDirectories(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Path createTemporary(String prefix) {
		try {
			return Files.createTempDirectory(prefix);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void delete(Path file) {
		try {
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Delete what can be deleted; a file that is left in a temporary directory harms
	 * nobody.
	 */
	static void deleteRecursively(Path directory) {
		for (Path file : content(directory)) {
			try {
				Files.deleteIfExists(file);
			}
			catch (IOException ignored) {
				// see above
			}
		}
	}

	private static List<Path> content(Path directory) {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.sorted(Comparator.reverseOrder()).toList();
		}
		catch (NoSuchFileException ex) {
			return List.of();
		}
		catch (IOException | UncheckedIOException ex) {
			return List.of();
		}
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			return "";
		}
	}

}
