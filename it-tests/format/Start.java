package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

import harness.Java;
import harness.Routes;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Route files in a process whose servers are all away: how far its start comes, and what it is refused with. */
final class Start {

    /** All that can be checked without a database has passed. */
    static final String NO_DATABASE = "does not answer within check.wait (0s)";

    final Map<String, String> settings = new LinkedHashMap<>();
    private final Path folder;

    /** @param folder for files that a test writes */
    Start(Path folder) {
        this.folder = folder;
        settings.put("check.wait", "0s");
        settings.put("kafka.brokers", "localhost:1");
        settings.put("operate.logins", "ops:01234567890123456789");
        for (String name : new String[] {"bank-a", "bank-b", "notifier"}) {
            settings.put("database." + name + ".url", "jdbc:postgresql://localhost:1/none");
        }
    }

    /** Files of {@code routes/}, or others by their absolute paths, with blanks between them. */
    void isRefusedWith(String files, String message) {
        Throwable refusal = catchThrowable(() -> Routes.start(settings, files.split(" ")).close());

        assertThat(refusal).as(files).isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        assertThat(reason.getMessage()).contains(message).endsWith(".");
    }

    /** A shipped file with one change, which {@code isRefusedWith} takes. */
    String with(String file, UnaryOperator<String> change) throws IOException {
        String text = Files.readString(Java.root().resolve(file));
        assertThat(change.apply(text)).as("what the test changes in " + file).isNotEqualTo(text);
        return write(Path.of(file).getFileName().toString(), change.apply(text));
    }

    /** A file of a user's own. */
    String write(String name, String text) throws IOException {
        return Files.writeString(Files.createTempDirectory(folder, "routes").resolve(name), text).toString();
    }
}
