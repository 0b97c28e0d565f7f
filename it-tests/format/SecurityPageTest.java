package format;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

import harness.Java;
import harness.Page;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SecurityPageTest {

    @Test
    void versionsOfThePageAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(Java.root().resolve("pom.xml"));
        Map<String, String> page = new HashMap<>();
        Pattern.compile("(?m)^\\| `([a-z0-9]+)`[^|]* \\| ([0-9][^ |]+) \\|").matcher(Page.of("docs/security.md").text()).results()
                .forEach(row -> page.put(row.group(1), row.group(2)));

        assertThat(page).hasSizeGreaterThan(5).allSatisfy((name, version) -> assertThat(pom).contains("<" + name + ".version>" + version + "<"));
    }
}
