package k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A mistake in a shipped kustomization.yaml, and what kubectl says of it. */
class BrokenOverlayIsRefusedTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            dev           | namespace:           | namspace:           | unknown field "namspace"
            dev           | kind: Integration    | knd: Integration    | unknown field "knd"
            dev           | - kafka.yaml         | - kafak.yaml        | kafak.yaml: no such file or directory
            dev           | - postgresql.yaml    | - kafka.yaml        | may not add resource with an already registered id: Deployment.v1.apps/kafka
            dev           | op: replace          | op: replce          | Unexpected kind: replce
            production    | path: /spec/replicas | path: /spec/replics | Unable to remove nonexistent key: replics
            production    | (-relay)?            | (-relay?            | error parsing regexp: missing closing )
            production-xa | resources:           | bases:              | 'bases' is deprecated
            """)
    void kubectlSaysWhatIsWrong(String overlay, String shipped, String broken, String words) throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.K8S)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve("k8s").resolve(Manifests.K8S.relativize(file)));
            }
        }
        Path kustomization = folder.resolve("k8s").resolve(overlay).resolve("kustomization.yaml");
        String text = Files.readString(kustomization);
        assertThat(text).contains(shipped);

        Files.writeString(kustomization, text.replace(shipped, broken));

        assertThatThrownBy(() -> Kubectl.kustomize(kustomization.getParent())).isInstanceOf(IllegalStateException.class).hasMessageContaining(words);
    }
}
