package operations;

import java.util.List;

import harness.Page;
import harness.Routes;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The statements and requests that docs/operations.md tells operators to use. */
class OperationsPageIT {

    private final OperatedBank bank = new OperatedBank();
    private final Page page = Page.of("docs/operations.md");

    @Test
    void everyStatementOfThePageIsAccepted() {
        List<String> statements = page.found("`(SELECT [^`]+)`|```sql\\n([^`]+)```");

        assertThat(statements).hasSizeGreaterThanOrEqualTo(8).allSatisfy(bank.database::update);
    }

    @Test
    void everyRequestOfThePageIsAccepted() {
        List<String> requests = page.found("-d '(.*)'");
        assertThat(requests).hasSize(3);
        bank.letters(3, "bank-b-credit-transfer", "java.io.IOException");
        try (Routes routes = bank.start()) {
            assertThat(bank.json(bank.get("?consumer=bank-b-credit-transfer"))).hasSize(3);
            assertThat(requests.subList(0, 2)).allSatisfy(request -> assertThat(bank.post("/replay", request).get("letters").asInt()).isEqualTo(3));
            bank.letters(1, "bank-b-credit-transfer", "java.io.IOException");
            String command = page.found("REPLAY_REQUEST='(.*?)'").get(0);
            assertThat(bank.post("/replay", command).get("letters").asInt()).isEqualTo(1);
            bank.letters(14, "bank-b-credit-transfer", "java.lang.A");
            assertThat(bank.json(bank.get(page.found("dead-letters(/\\d+)\n").get(0))).get("payload").asText()).contains("transferId");
            assertThat(bank.post("/replay", requests.get(2)).get("letters").asInt()).isEqualTo(1);
        }
    }
}
