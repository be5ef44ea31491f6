package io.github.queuestarter.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Makes consumer ids of the form {@code queue~<host>~<pid>~<random>}, and recognises
 * them: a consumer of a Redis group with another kind of name belongs to someone else.
 */
public final class ConsumerIds {

	private static final String MARK = "queue~";

	private static final int LONGEST_HOST = 60;

	private final SecureRandom random = new SecureRandom();

	private final String prefix = MARK + host() + "~" + ProcessHandle.current().pid() + "~";

	/**
	 * A new id for a consumer in this process.
	 */
	public String next() {
		byte[] bytes = new byte[6];
		this.random.nextBytes(bytes);
		return this.prefix + HexFormat.of().formatHex(bytes);
	}

	/**
	 * Whether a consumer was named by this class, in whatever process.
	 */
	public static boolean isOurs(String consumer) {
		return consumer.startsWith(MARK);
	}

	private static String host() {
		String host;
		try {
			host = InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			host = "unknown";
		}
		String plain = host.replaceAll("[^A-Za-z0-9.-]", "-");
		return plain.substring(0, Math.min(plain.length(), LONGEST_HOST));
	}

}
