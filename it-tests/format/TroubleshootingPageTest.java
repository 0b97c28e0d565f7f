package format;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import harness.Page;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who sees a message finds it on the page. A failure names each text that is missing, and those that nobody says any more. */
class TroubleshootingPageTest {

    private final Messages messages = new Messages();
    private final Set<String> shown = new HashSet<>(Page.of("docs/troubleshooting.md").found("`([^`\n]+)`"));

    TroubleshootingPageTest() throws IOException {
    }

    @Test
    void everyMessageIsOnThePage() {
        Map<String, String> missing = new TreeMap<>(messages.texts);
        missing.keySet().removeAll(shown);

        assertThat(messages.texts).hasSizeGreaterThan(100);
        assertThat(missing).as("texts that docs/troubleshooting.md does not have, and which class says them: add a row with the text as it stands here").isEmpty();
    }

    @Test
    void everyIncidentIsOnThePageAndExplained() {
        Set<String> explained = new TreeSet<>(Page.of("docs/operations.md").found("(?m)^\\| `([A-Z_]+)` \\|"));

        assertThat(messages.kinds).hasSizeGreaterThan(10);
        assertThat(shown).as("docs/troubleshooting.md, kinds of incidents").containsAll(messages.kinds);
        assertThat(explained).as("docs/operations.md, kinds of incidents").containsAll(messages.kinds);
    }

    @Test
    void everyRowIsAMessageThatSomebodySays() {
        Set<String> rows = new TreeSet<>(Page.of("docs/troubleshooting.md").found("(?m)^\\| `([^`]+)` \\|"));
        rows.removeAll(messages.texts.keySet());
        rows.removeAll(messages.kinds);

        assertThat(rows).as("rows of docs/troubleshooting.md that no source says: take them out, or say them as the source does").isEmpty();
    }
}
