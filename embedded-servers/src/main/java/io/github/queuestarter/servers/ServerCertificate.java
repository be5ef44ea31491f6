package io.github.queuestarter.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for servers on this machine, made by the JDK's keytool, that vouches for
 * itself.
 *
 * @param certificate the file with the certificate, in PEM format
 * @param privateKey the file with its private key, in PEM format
 */
public record ServerCertificate(Path certificate, Path privateKey) {

	private static final String ALIAS = "server";

	private static final String PASSWORD = "changeit";

	/**
	 * Make a certificate for {@code localhost} and {@code 127.0.0.1}.
	 * @param directory where its files go
	 */
	public static ServerCertificate create(Path directory) {
		Path store = directory.resolve("server.p12");
		Shell.run(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
				"-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-validity", "30", "-storetype", "PKCS12", "-keystore",
				store.toString(), "-storepass", PASSWORD));
		try {
			KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
			Key key = keys.getKey(ALIAS, PASSWORD.toCharArray());
			return new ServerCertificate(
					write(directory.resolve("server.crt"), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
					write(directory.resolve("server.key"), "PRIVATE KEY", key.getEncoded()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path write(Path file, String what, byte[] content) throws IOException {
		String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
		return Files.writeString(file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(what, base64));
	}

	/**
	 * What a client needs that trusts this certificate and no other.
	 */
	SSLContext clientContext() {
		try (var input = Files.newInputStream(this.certificate)) {
			Certificate trusted = CertificateFactory.getInstance("X.509").generateCertificate(input);
			KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
			trust.load(null, null);
			trust.setCertificateEntry(ALIAS, trusted);
			TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			managers.init(trust);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, managers.getTrustManagers(), null);
			return context;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
