package example;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Database;
import harness.ReceivingBank;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What bank B's database would not take is an answer and no failure, and whatever the answer is, bank A can book it. */
class EveryRefusalIsRefundedIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void bankBRefusesWhatItCannotBookAndGoesOn() throws Exception {
        ReceivingBank bank = new ReceivingBank();
        bank.database.update("""
                INSERT INTO account (id, balance, closed, credit_limit)
                VALUES ('full', 9999999999999.99, false, 10), ('closed', 0, true, 10), ('small', 0, false, 9)""");
        List<String> accounts = List.of("full", "closed", "small", "nobody", "b-1");
        for (String account : accounts) {
            bank.topic.send("a-1", ReceivingBank.body("t-" + account).replace("\"b-1\"", "\"" + account + "\""), ReceivingBank.headers("m-" + account));
        }

        try (Routes routes = Routes.start(bank.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked()).containsExactly("t-b-1"));
        }

        assertThat(bank.database.count("inbox_parked")).isZero();
        assertThat(bank.database.count("dead_letter")).isZero();
        assertThat(answers(bank.database)).containsExactly("transfer.rejected t-full BALANCE_LIMIT", "transfer.rejected t-closed ACCOUNT_CLOSED",
                "transfer.rejected t-small OVER_LIMIT", "transfer.rejected t-nobody UNKNOWN_ACCOUNT", "transfer.completed t-b-1 ");
    }

    @Test
    void whatIsNoTransferIsADeadLetterAtOnce() {
        ReceivingBank bank = new ReceivingBank();
        String good = ReceivingBank.body("t-1");
        List<String> bad = List.of("null", "[]", "{}", good.replace("10.00", "\"10.00\""), good.replace("10.00", "0"), good.replace("10.00", "-1"),
                good.replace("10.00", "0.001"), good.replace("10.00", "1e400"), good.replace("10.00", "1e2147483648"), good.replace("10.00", "NaN"), good.replace("\"t-1\"", "7"),
                good.replace("t-1", "t\\u0000"), good.replace("t-1", "t\\\"1"),
                good.replace("\"a-1\"", "null"), good.replace("b-1", "b\\u0000"));
        for (int i = 0; i < bad.size(); i++) {
            bank.topic.send("a-1", bad.get(i), ReceivingBank.headers("bad-" + i));
        }
        bank.request("a-1", "m-1", "t-1");
        bank.request("a-1", "m-3", "t-3");

        try (Routes routes = Routes.start(bank.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked()).containsExactly("t-1", "t-3"));
        }

        assertThat(bank.database.rows("SELECT message_id, attempts FROM dead_letter ORDER BY id")).hasSize(bad.size())
                .allSatisfy(letter -> assertThat(letter).containsEntry("attempts", 1));
    }

    /** It must neither be credited twice nor refunded, and it holds nobody up. */
    @Test
    void anotherMessageForACreditedTransferIsADeadLetterAtOnce() {
        ReceivingBank bank = new ReceivingBank();
        bank.request("a-1", "m-1", "t-1");
        bank.request("a-1", "m-2", "t-1");
        bank.request("a-1", "m-3", "t-3");
        bank.settings.put("inbox.dead-letter-topic", "false");

        try (Routes routes = Routes.start(bank.settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml")) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.booked()).containsExactly("t-1", "t-3"));
        }

        assertThat(bank.database.rows("SELECT message_id, attempts, error_class FROM dead_letter")).containsExactly(
                Map.of("message_id", "m-2", "attempts", 1, "error_class", "org.springframework.dao.DuplicateKeyException"));
        assertThat(answers(bank.database)).containsExactly("transfer.completed t-1 ", "transfer.completed t-3 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"OVER_LIMIT\"", "null", "\"OK\"", "7", "\"\"", "\"x\\u0000\"", "\"it's\"", "{}"})
    void refusalIsRefundedWhateverItsReasonAndTheBalanceAre(String reason) {
        BigDecimal full = new BigDecimal("9999999999999.99");
        BankA bank = new BankA();
        // somebody has paid in meanwhile
        bank.database.update("UPDATE account SET balance = ?", full);
        bank.answer("transfer.rejected", reason);

        try (Routes routes = bank.start()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.rows("SELECT status, reason FROM transfer")).containsExactly(
                    Map.of("status", "REJECTED", "reason", reason.equals("\"OVER_LIMIT\"") ? "OVER_LIMIT" : "UNSPECIFIED")));
        }

        assertThat(bank.database.value("SELECT balance FROM account")).isEqualTo(full.add(BigDecimal.TEN.setScale(2)));
        assertThat(bank.database.count("dead_letter")).isZero();
    }

    @Test
    void answerOfAnotherTypeEndsNothing() {
        BankA bank = new BankA();
        bank.answer("transfer.requested", "\"OVER_LIMIT\"");

        try (Routes routes = bank.start()) {
            ReceivingBank.await().untilAsserted(() -> assertThat(bank.database.count("dead_letter")).isEqualTo(1));
        }

        assertThat(bank.database.value("SELECT status FROM transfer")).isEqualTo("PENDING");
    }

    private static List<String> answers(Database database) {
        return database.rows("SELECT destination, convert_from(payload, 'UTF8') AS event FROM outbox_message ORDER BY id").stream().map(row -> {
            try {
                Map<?, ?> event = JSON.readValue(row.get("event").toString(), Map.class);
                return row.get("destination") + " " + event.get("transferId") + " " + (event.get("reason") == null ? "" : event.get("reason"));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(row.toString(), e);
            }
        }).toList();
    }

    /** Bank A with a transfer of 10.00 that bank B has not answered. */
    private static final class BankA {

        private final Database database = Servers.database("schema.sql", "example-bank-a.sql");
        private final Topic rejected = Topic.create(Servers.kafka(), 1);

        BankA() {
            database.update("INSERT INTO account (id, balance) VALUES ('a-1', 90)");
            database.update("INSERT INTO transfer (id, from_account, to_account, amount) VALUES ('t-1', 'a-1', 'b-1', 10)");
        }

        void answer(String type, String reason) {
            rejected.send("a-1", "{\"transferId\":\"t-1\",\"reason\":" + reason + "}", Map.of("ce_source", "bank-b", "ce_id", "m-1", "ce_type", type));
        }

        Routes start() {
            Map<String, String> settings = new LinkedHashMap<>(Map.of("database.bank-a.url", database.url(), "database.bank-a.user", "postgres",
                    "kafka.brokers", rejected.kafka().brokers(), "inbox.dead-letter-topic", "false", "outbox.destination.transfer.rejected", rejected.name(),
                    "outbox.destination.transfer.completed", Topic.create(Servers.kafka(), 1).name()));
            return Routes.start(settings, "bank-a-settle-transfer.camel.yaml", "bank-a-end-transfer.camel.yaml", "bank-a-record-settled.camel.yaml",
                    "bank-a-tell-settled.camel.yaml");
        }
    }
}
