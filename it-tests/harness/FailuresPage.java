package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/failures.md. */
public final class FailuresPage {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| HTTP `([0-9,-]+)` \\(`(inbox[.][a-z-]+)`\\) \\| (\\w+) \\|");

    private FailuresPage() {
    }

    /** What the page says of each HTTP status that it names. */
    public static Map<Integer, String> statuses() throws IOException {
        Map<Integer, String> statuses = new TreeMap<>();
        for (Matcher row = rows(); row.find();) {
            for (String range : row.group(1).split(",")) {
                for (int status = Integer.parseInt(range.substring(0, 3)); status <= Integer.parseInt(range.substring(range.length() - 3)); status++) {
                    statuses.put(status, row.group(3));
                }
            }
        }
        return statuses;
    }

    /** The settings that the page names with their lists of statuses. */
    public static Map<String, String> settings() throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (Matcher row = rows(); row.find();) {
            settings.put(row.group(2), row.group(1));
        }
        return settings;
    }

    private static Matcher rows() throws IOException {
        return ROW.matcher(Files.readString(Java.root().resolve("docs/failures.md")));
    }
}
