package faults;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import demo.Bank;
import demo.NotificationService;
import harness.Ports;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The check of health can fail: each test is a mutant of a healthy world that it must catch. */
class HealthIT {

    private static final Instant HEALED = Instant.now().minusSeconds(60);

    @TempDir
    private Path folder;
    private RouteProcess process;
    private Bank bank;
    private Throwable answer;

    @BeforeEach
    void aRelayHasWorkedAndATransferIsNotified() {
        process = RouteProcess.java(folder.resolve("log"), NotificationService.class, String.valueOf(Ports.free())).start();
        bank = Bank.open();
        List.of(bank.bankA(), bank.bankB(), bank.notifier()).forEach(Witness::install);
        bank.bankA().update("""
                INSERT INTO activity VALUES ('relay-1', 'relay', now());
                INSERT INTO transfer (id, from_account, to_account, amount, requested_at) VALUES ('t-1', 'a-1', 'b-1', 1, now() - interval '1 hour')
                """);
        bank.notifier().update("INSERT INTO notification (transfer_id, account_id, status, message_id) VALUES ('t-1', 'a-1', 'COMPLETED', 's-1')");
    }

    @AfterEach
    void stop() {
        process.close();
    }

    private List<String> complaints() {
        Member relay = new Member("relay-1", "relay", List.of(Witness.RELAY), process, null, null);
        return new Health(bank, List.of(relay), () -> answer, HEALED).complaints();
    }

    @Test
    void healthyWorldHasNoComplaints() {
        assertThat(complaints()).isEmpty();
    }

    @Test
    void processThatIsGoneIsCaught() {
        process.kill();

        assertThat(complaints()).containsExactly("relay-1 does not run");
    }

    @Test
    void processThatRunsAndHasDoneNothingSinceIsCaught() {
        bank.bankA().update("UPDATE activity SET at = now() - interval '1 hour'");

        assertThat(complaints()).containsExactly("relay-1 has done nothing as relay");
    }

    @Test
    void workOfAnotherProcessIsNoExcuse() {
        bank.bankA().update("UPDATE activity SET name = 'relay-2'");

        assertThat(complaints()).containsExactly("relay-1 has done nothing as relay");
    }

    @Test
    void transferThatHangsIsCaught() {
        bank.notifier().update("DELETE FROM notification");

        assertThat(complaints()).containsExactly("1 transfers have not been notified, for example t-1");
    }

    @Test
    void messageThatStaysInAnOutboxIsCaught() {
        bank.bankB().update("INSERT INTO outbox_message (destination, type, payload, created_at) VALUES ('d', 't', '', now() - interval '1 hour')");

        assertThat(complaints()).singleElement().asString().startsWith("1 messages wait in an outbox of ");
    }

    @Test
    void wrongAnswerToACustomerIsCaught() {
        answer = new IllegalStateException("a repeated request got another answer");

        assertThat(complaints()).singleElement().asString().contains("a repeated request got another answer");
    }
}
