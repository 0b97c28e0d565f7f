package format;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import harness.Java;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
