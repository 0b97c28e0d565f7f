package operations;

import java.util.List;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Routes;
import io.reliableroutes.support.Incidents;
import jakarta.transaction.TransactionManager;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** An incident is told when it begins and when it is over; many of a kind are one alert. */
class IncidentsAreAlertedIT {

    private final OperatedBank bank = new OperatedBank();

    @Test
    void incidentIsToldOnceAndItsEndOnce() {
        try (Routes routes = start()) {
            raise(routes, "bank-b topic-0@17");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).containsExactly("INCIDENT GAP 1 bank-b topic-0@17 open 1"));
            IntStream.range(0, 3).forEach(i -> raise(routes, "bank-b topic-0@17"));
            over(routes, "bank-b topic-0@17");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).hasSize(2));
        }

        assertThat(told()).containsExactly("INCIDENT GAP 1 bank-b topic-0@17 open 1", "OVER GAP 1 bank-b topic-0@17 open 0");
        assertThat(bank.database.value("SELECT times FROM incident")).isEqualTo(4L);
    }

    @Test
    void incidentsOfAKindWithinAWindowAreOneAlertAndOtherKindsAreToldAtOnce() {
        try (Routes routes = start()) {
            raise(routes, "s-0");
            OperatedBank.await().until(() -> told().size() == 1);
            // at once, so that no window ends in their midst
            bank.database.update("""
                    INSERT INTO incident (kind, subject, error_class, error_message)
                    SELECT 'GAP', 's-' || i, 'e', 'm' FROM generate_series(1, 100) AS i UNION ALL SELECT 'OTHER', 's', 'e', 'm'""");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).hasSize(3));
        }

        assertThat(told()).containsExactlyInAnyOrder("INCIDENT GAP 1 s-0 open 1", "INCIDENT OTHER 1 s open 1", "INCIDENT GAP 100 s-1 open 101");
    }

    @Test
    void incidentThatBeginsAnewIsToldAnew() {
        try (Routes routes = start()) {
            raise(routes, "s");
            OperatedBank.await().until(() -> told().size() == 1);
            over(routes, "s");
            OperatedBank.await().until(() -> told().size() == 2);
            raise(routes, "s");
            OperatedBank.await().untilAsserted(() -> assertThat(told()).containsExactly("INCIDENT GAP 1 s open 1", "OVER GAP 1 s open 0",
                    "INCIDENT GAP 1 s open 1"));
        }

        assertThat(bank.database.value("SELECT times FROM incident")).isEqualTo(1L);
    }

    @Test
    void incidentThatHasEndedLongAgoIsForgottenAndAnOpenOneNever() {
        try (Routes routes = start()) {
            raise(routes, "open");
            raise(routes, "ended");
            bank.database.update("UPDATE incident SET started_at = now() - interval '90 days'");
            bank.database.update("UPDATE incident SET ended_at = now() - interval '16 days' WHERE subject = 'ended'");
            OperatedBank.await().untilAsserted(() -> assertThat(bank.database.rows("SELECT subject FROM incident").toString()).isEqualTo("[{subject=open}]"));
        }
    }

    @Test
    void incidentOutlivesTheTransactionThatItHappensIn() throws Exception {
        try (Routes routes = start()) {
            TransactionManager transactions = routes.context().getRegistry().findSingleByType(TransactionManager.class);
            transactions.begin();
            raise(routes, "s");
            over(routes, "nobody has seen it");
            transactions.rollback();

            assertThat(bank.database.rows("SELECT subject FROM incident").toString()).isEqualTo("[{subject=s}]");
            over(routes, "s");
            assertThat(bank.database.count("incident WHERE ended_at IS NULL")).isZero();
        }
    }

    @Test
    void textThatADatabaseDoesNotTakeIsCutAndCleanedAndAMissingDatabaseFailsNobody() {
        try (Routes routes = start()) {
            raise(routes, "s\0\n" + "\uD83D\uDE00".repeat(5000));
            raise(routes, "");
            assertThat(bank.database.count("incident")).isEqualTo(2);

            bank.database.update("ALTER TABLE incident RENAME TO lost");
            raise(routes, "t");
            over(routes, "t");
            assertThat(bank.database.count("lost")).isEqualTo(2);
        }
    }

    private void raise(Routes routes, String subject) {
        Exchange exchange = new DefaultExchange(routes.context());
        exchange.setException(new IllegalStateException("records are gone\0" + "\u00e4".repeat(5000)));
        new Incidents().failed(exchange, "bankB", "GAP", subject);
    }

    private void over(Routes routes, String subject) {
        new Incidents().over(new DefaultExchange(routes.context()), "bankB", "GAP", subject);
    }

    private Routes start() {
        bank.settings.put("alert.channels", "alert-webhook");
        bank.settings.put("alert.webhook.url", "http://localhost:1/nobody");
        return bank.start("operate-alerts.camel.yaml", "operate-alert-text.camel.yaml", "operate-alert-webhook.camel.yaml");
    }

    /** The alerts that wait for a channel whose server is away. */
    private List<String> told() {
        return bank.database.rows("SELECT convert_from(payload, 'UTF8') AS alert FROM inbox_parked ORDER BY id").stream().map(row -> {
            try {
                JsonNode alert = new ObjectMapper().readTree((String) row.get("alert"));
                return "%s %s %s %s open %s".formatted(alert.get("kind").asText(), alert.get("incident").asText(), alert.get("incidents").asText(),
                        alert.get("consumer").asText(), alert.get("open").asText());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(row.toString(), e);
            }
        }).toList();
    }
}
