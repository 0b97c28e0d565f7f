package format;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import harness.Java;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Versions that have to stand in several files are those of pom.xml; {@code .ci/version} changes the pack's everywhere. */
class VersionStandsOnceTest {

    private final String pom = read(Java.root().resolve("pom.xml"));

    @Test
    void everyFileNamesTheVersionOfThePack() throws IOException {
        assertSame(versionInPom("(?m)^  <version>([^<]+)<"), "(?:reliable-routes:|<artifactId>reliable-routes</artifactId>\\s*<version>)(\\d[\\w.-]*)", 15);
    }

    @Test
    void everyFileNamesTheVersionOfCamel() throws IOException {
        assertSame(versionInPom("<camel.version>([^<]+)<"), "(?:camel[.]jbang[.]kameletsVersion=|<camel[.]version>)(\\d[\\w.-]*)", 3);
    }

    @Test
    void everyFileNamesTheVersionOfTheClientOfArtemis() throws IOException {
        assertSame(versionInPom("<artemis.version>([^<]+)<"), "artemis-jakarta-client:(\\d[\\w.-]*)", 2);
    }

    private static void assertSame(String version, String pattern, int files) throws IOException {
        Map<Path, Set<String>> found = new TreeMap<>();
        for (Path file : files()) {
            for (Matcher matcher = Pattern.compile(pattern).matcher(read(file)); matcher.find();) {
                found.computeIfAbsent(Java.root().relativize(file), key -> new TreeSet<>()).add(matcher.group(1));
            }
        }

        assertThat(found).hasSizeGreaterThanOrEqualTo(files);
        found.values().removeIf(Set.of(version)::equals);
        assertThat(found).as("files that name another version than pom.xml, which has " + version).isEmpty();
    }

    private String versionInPom(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(pom);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Java.root())) {
            return files.filter(file -> Files.isRegularFile(file) && !Java.root().relativize(file).toString().matches("(target|[.]git|.*/[.]camel-jbang)/.*")
                    && file.toString().matches(".*[.](properties|yaml|md|xml)")).toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            return "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
