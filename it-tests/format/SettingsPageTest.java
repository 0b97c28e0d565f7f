package format;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import harness.Java;
import harness.Page;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsPageTest {

    @ParameterizedTest
    @CsvSource({"src/main/resources/META-INF/reliable-routes.properties routes/application.properties, settings.md", "routes/application-xa.properties, xa.md"})
    void pageAndFilesNameTheSameSettingsWithTheSameDefaults(String properties, String document) throws IOException {
        Map<String, String> file = new TreeMap<>();
        for (String name : properties.split(" ")) {
            for (String line : Files.readAllLines(Java.root().resolve(name))) {
                if (line.matches("[a-z].*=.*") && !line.startsWith("camel.") && !line.startsWith("database.")) {
                    file.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
                }
            }
        }
        Map<String, String> page = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\| `?([^|`]*)`? \\|.*").matcher(Files.readString(Java.root().resolve("docs").resolve(document)));
        while (row.find()) {
            page.put(row.group(1), row.group(2).strip());
        }

        page.keySet().removeIf(setting -> setting.contains("<name>"));

        assertThat(page).isEqualTo(file);
    }

    /** What looks like a setting in the environment is one: a name that nobody reads there is refused by nobody. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/adapting.md", "docs/operations.md", "docs/settings.md", "docs/xa.md", ".mvn/camelw/help.txt"})
    void variablesOfThePagesAreSettings(String page) throws IOException {
        Properties settings = new Properties();
        for (String name : List.of("src/main/resources/META-INF/reliable-routes.properties", "routes/application.properties", "routes/application-xa.properties")) {
            try (Reader file = Files.newBufferedReader(Java.root().resolve(name))) {
                settings.load(file);
            }
        }
        Set<String> variables = settings.stringPropertyNames().stream().map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .collect(Collectors.toCollection(TreeSet::new));
        variables.addAll(List.of("MAVEN_ARGS", "CAMELW_JAVA_OPTS", "ON_ERROR_STOP"));

        assertThat(variables).containsAll(Page.of(page).found("\\b([A-Z]+(?:_[A-Z]+)+)=").stream().filter(name -> !name.matches("DATABASE_[A-Z_]+_(URL|USER|PASSWORD)"))
                .toList());
    }
}
