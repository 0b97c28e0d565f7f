package example;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.Future;

import harness.Database;
import harness.ReceivingBank;
import harness.Routes;
import harness.Servers;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A booking that waits for an account finds there what the transaction in front of it has left, and decides by that. */
class AccountIsReadAgainIT {

    private static final Map<String, Object> TRANSFER = Map.of("transferId", "t-1", "from", "a-1", "to", "b-1", "amount", new BigDecimal("10.00"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0, 0                | UPDATE account SET balance = 5                          | OK              | 15.00
            9999999999999.99, 0 | UPDATE account SET balance = 5                          | OK              | 15.00
            0, 9999999999999.99 | UPDATE account SET balance = 9999999999980, reserved = 9 | OK             | 9999999999990.00
            0, 0                | UPDATE account SET balance = 9999999999995.00           | BALANCE_LIMIT   | 9999999999995.00
            0, 0                | UPDATE account SET credit_limit = 9                     | OVER_LIMIT      | 0.00
            0, 0                | UPDATE account SET closed = true                        | ACCOUNT_CLOSED  | 0.00
            0, 0                | DELETE FROM account                                     | UNKNOWN_ACCOUNT |
            """)
    void creditWaits(String before, String change, String verdict, BigDecimal balance) throws Exception {
        Database bankB = bank("example-bank-b.sql", "b-1", before);

        assertThat(behind(bankB, "bank-b", change, "bank-b-book-credit", null)).isEqualTo(verdict);

        assertThat(bankB.value("SELECT max(balance) FROM account")).isEqualTo(balance);
        assertThat(bankB.count("ledger_entry WHERE amount = 10")).isEqualTo(verdict.equals("OK") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0, 0     | UPDATE account SET balance = 15               | OK                 | 5.00
            100, 100 | UPDATE account SET balance = 15, reserved = 5 | OK                 | 5.00
            100, 0   | UPDATE account SET balance = 9.99             | INSUFFICIENT_FUNDS | 9.99
            100, 0   | UPDATE account SET closed = true              | ACCOUNT_CLOSED     | 100.00
            100, 0   | DELETE FROM account                           | UNKNOWN_ACCOUNT    |
            """)
    void debitWaits(String before, String change, String verdict, BigDecimal balance) throws Exception {
        Database bankA = bank("example-bank-a.sql", "a-1", before);

        assertThat(behind(bankA, "bank-a", change, "bank-a-book-transfer", null)).isEqualTo(verdict);

        boolean debited = verdict.equals("OK");
        assertThat(bankA.value("SELECT max(balance) FROM account")).isEqualTo(balance);
        assertThat(bankA.count("ledger_entry WHERE amount = -10")).isEqualTo(debited ? 1 : 0);
        assertThat(bankA.rows("SELECT answer, status, coalesce(reason, 'OK') AS reason FROM transfer"))
                .containsExactly(Map.of("answer", debited ? "PENDING" : "REJECTED", "status", debited ? "PENDING" : "REJECTED", "reason", verdict));
    }

    @ParameterizedTest
    @CsvSource({"OK, 5.00, 0", "OVER_LIMIT, 15.00, 1"})
    void endWaitsForAnotherBooking(String verdict, BigDecimal balance, int refunds) throws Exception {
        Database bankA = pending();

        behind(bankA, "bank-a", "UPDATE account SET balance = 5", "bank-a-end-transfer", verdict);

        assertThat(bankA.value("SELECT balance FROM account")).isEqualTo(balance);
        assertThat(bankA.count("ledger_entry WHERE kind = 'REFUND'")).isEqualTo(refunds);
        assertThat(bankA.count("transfer WHERE status <> 'PENDING'")).isEqualTo(1);
    }

    /** Another end of the same transfer, which no inbox key has kept away. */
    @ParameterizedTest
    @CsvSource({"OK", "OVER_LIMIT"})
    void endWaitsForAnotherEnd(String verdict) throws Exception {
        Database bankA = pending();

        assertThat(behind(bankA, "bank-a", "UPDATE transfer SET status = 'COMPLETED', ended_at = now()", "bank-a-end-transfer", verdict))
                .isEqualTo("transfer t-1 is not pending at bank A: booking its end would book it twice. Compare the ledgers.");

        assertThat(bankA.value("SELECT balance FROM account")).isEqualTo(new BigDecimal("0.00"));
        assertThat(bankA.count("ledger_entry")).isZero();
    }

    private static Database bank(String schema, String account, String balanceAndReserved) {
        Database bank = Servers.database("schema.sql", schema);
        bank.update("INSERT INTO account (id, balance, reserved) VALUES ('" + account + "', " + balanceAndReserved + ")");
        return bank;
    }

    private static Database pending() {
        Database bankA = bank("example-bank-a.sql", "a-1", "0, 0");
        bankA.update("INSERT INTO transfer (id, from_account, to_account, amount) VALUES ('t-1', 'a-1', 'b-1', 10)");
        return bankA;
    }

    /** What a route decides, or why it refuses to, that has waited until a change in front of it was committed. */
    private static Object behind(Database database, String bank, String change, String route, String verdict) throws Exception {
        Map<String, String> settings = Map.of("database." + bank + ".url", database.url(), "database." + bank + ".user", "postgres", "kafka.brokers", Servers.kafka().brokers());
        try (Routes routes = Routes.start(settings, route + ".camel.yaml"); ProducerTemplate template = routes.context().createProducerTemplate();
                Connection session = database.connect(); Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute(change);
            Future<Exchange> booking = template.asyncSend("direct:" + route, exchange -> {
                exchange.setVariable("transfer", TRANSFER);
                exchange.setVariable("verdict", verdict);
            });
            ReceivingBank.await().until(() -> database.waiting() == 1);
            session.commit();
            Exchange booked = booking.get();
            return booked.getException() == null ? booked.getVariable("verdict") : booked.getException().getMessage();
        }
    }
}
