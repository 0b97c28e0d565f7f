package harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A broker's certificate and a client's, made with the JDK's keytool; each side trusts the other's and no other. */
public final class Certificates {

    public static final String PASSWORD = "changeit";

    private final Path folder;

    public Certificates(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        for (String side : List.of("broker", "user")) {
            keytool(side + ".p12", "-genkeypair", "-alias", side, "-dname", "CN=" + side, "-keyalg", "EC", "-ext", "san=ip:127.0.0.1");
            keytool(side + ".p12", "-exportcert", "-rfc", "-alias", side, "-file", folder.resolve(side + ".crt").toString());
        }
        keytool("servers.p12", "-importcert", "-noprompt", "-alias", "broker", "-file", authority().toString());
        keytool("clients.p12", "-importcert", "-noprompt", "-alias", "user", "-file", folder.resolve("user.crt").toString());
    }

    /** What clients trust, PEM. */
    public Path authority() {
        return folder.resolve("broker.crt");
    }

    /** A client's key and certificate, PKCS12. */
    public Path user() {
        return folder.resolve("user.p12");
    }

    /** A server's key and certificate, PKCS12. */
    public Path server() {
        return folder.resolve("broker.p12");
    }

    /** What clients trust, PKCS12. */
    public Path authorities() {
        return folder.resolve("servers.p12");
    }

    /** The server's private key, PEM, as PostgreSQL wants it. */
    public Path serverKey() {
        try (InputStream file = Files.newInputStream(server())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(file, PASSWORD.toCharArray());
            Path key = Files.writeString(folder.resolve("broker.key"), "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(store.getKey("broker", PASSWORD.toCharArray()).getEncoded()) + "\n-----END PRIVATE KEY-----\n");
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            return key;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a server in this JVM that shows its certificate and asks for none. */
    public SSLContext tls() {
        try (InputStream file = Files.newInputStream(server())) {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(file, PASSWORD.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, PASSWORD.toCharArray());
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys.getKeyManagers(), null, null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a broker needs in its server.properties to take only clients that show the certificate. */
    public Map<String, String> brokerSettings() {
        return Map.of("ssl.client.auth", "required", "ssl.keystore.type", "PKCS12", "ssl.keystore.location", server().toString(),
                "ssl.keystore.password", PASSWORD, "ssl.truststore.type", "PKCS12", "ssl.truststore.location", folder.resolve("clients.p12").toString(),
                "ssl.truststore.password", PASSWORD);
    }

    private void keytool(String store, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(Java.executable()).resolveSibling("keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve(store).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("keytool.log").toFile()).start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + "\n" + Files.readString(folder.resolve("keytool.log")));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
