package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A page for users. What it tells them to write and to run is what a test writes and runs. */
public record Page(String text) {

    private static final Pattern FILE = Pattern.compile("(?m)^`([a-z-]+[.][a-z.]+)`[^`\n]*:\n\n```\\w+\n([^`]+)```");

    /** @param file for example {@code docs/operations.md} */
    public static Page of(String file) {
        try {
            return new Page(Files.readString(Java.root().resolve(file)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the expression's group matches, in the order of the page; of several groups the one that matches. */
    public List<String> found(String regex) {
        return Pattern.compile(regex).matcher(text).results().map(match -> IntStream.rangeClosed(1, match.groupCount()).mapToObj(match::group)
                .filter(group -> group != null).findFirst().orElseThrow()).toList();
    }

    /** The files that the page has users write: a block of code after a line that begins with a file's name. A second block of a name is its continuation. */
    public Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        FILE.matcher(text).results().forEach(match -> files.merge(match.group(1), match.group(2), String::concat));
        return files;
    }

    /** Writes those files. */
    public void writeFiles(Path folder) {
        files().forEach((name, content) -> {
            try {
                Files.writeString(folder.resolve(name), content);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
