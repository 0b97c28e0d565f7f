package example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import harness.Java;
import harness.Page;
import harness.RouteProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The project of docs/testing.md, with its files as they stand there and the route of the README, built and tested by Maven. */
class PageOfTestsIT {

    private static final String ROUTE = "close-account.camel.yaml";

    private final Page page = Page.of("docs/testing.md");

    @TempDir
    private Path folder;

    @Test
    void testsOfThePagePass() throws IOException {
        String snippet = Page.of("README.md").found("```yaml\n([^`]+)```").get(0);

        assertThat(test(snippet)).as("exit status").isZero();
        assertThat(report()).contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
    }

    /** They would be of no use if they passed without the message. */
    @Test
    void testsOfThePageFailWithoutTheMessage() throws IOException {
        String snippet = Page.of("README.md").found("```yaml\n([^`]+)```").get(0);

        assertThat(test(snippet.replaceFirst("(?s) +- to:\n +uri: kamelet:outbox-sink.*", ""))).as("exit status").isNotZero();
        assertThat(report()).contains("Tests run: 2, Failures: ");
    }

    private int test(String route) throws IOException {
        write("pom.xml", page.files().get("pom.xml"));
        write(page.found("`(src/test/java/\\w+[.]java)`:").get(0), page.found("```java\n([^`]+)```").get(0));
        write("src/main/resources/" + ROUTE, route);
        try (RouteProcess maven = RouteProcess.of(List.of(Java.root().resolve("mvnw").toString(), "-q", "-B", "test"), folder, folder.resolve("maven.log"),
                Map.of()).start()) {
            // the first time it downloads what is missing
            await().atMost(Duration.ofMinutes(5)).until(() -> !maven.isAlive());
            return maven.awaitExit();
        }
    }

    private String report() throws IOException {
        Path report = folder.resolve("target/surefire-reports/CloseAccountTest.txt");
        return Files.readString(Files.exists(report) ? report : folder.resolve("maven.log"));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
