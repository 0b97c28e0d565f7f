package operations;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

import harness.Java;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The statements and requests that docs/operations.md tells operators to use. */
class OperationsPageIT {

    private final OperatedBank bank = new OperatedBank();
    private final String page = Files.readString(Java.root().resolve("docs/operations.md"));

    OperationsPageIT() throws IOException {
        // reads the page
    }

    @Test
    void everyStatementOfThePageIsAccepted() {
        List<String> statements = found("`(SELECT [^`]+)`|```sql\\n([^`]+)```");

        assertThat(statements).hasSizeGreaterThanOrEqualTo(8).allSatisfy(bank.database::update);
    }

    @Test
    void everyRequestOfThePageIsAccepted() {
        List<String> requests = found("-d '(.*)'");
        assertThat(requests).hasSize(2);
        bank.letters(3, "bank-b-credit-transfer", "java.io.IOException");
        try (Routes routes = bank.start()) {
            assertThat(bank.get("?consumer=bank-b-credit-transfer")).hasSize(3);
            assertThat(requests).allSatisfy(request -> assertThat(bank.post("/replay", request).get("letters").asInt()).isEqualTo(3));
            bank.letters(1, "bank-b-credit-transfer", "java.io.IOException");
            String command = found("REPLAY_REQUEST='(.*?)'").get(0);
            assertThat(bank.post("/replay", command).get("letters").asInt()).isEqualTo(1);
        }
    }

    private List<String> found(String regex) {
        return Pattern.compile(regex).matcher(page).results().map(match -> match.group(1) != null ? match.group(1) : match.group(2)).toList();
    }
}
