package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import harness.Database;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The broker is away for long, under load: {@code ./mvnw verify -Psoak -Dit.test=LongBrokerOutageIT -Dminutes=10}. */
@Tag("soak")
class LongBrokerOutageIT {

    private static final Duration BOUND = Duration.ofMinutes(2);
    /** A laptop drains some thousand transfers in a minute, a busy one in ten. */
    private static final Duration DRAINED = Duration.ofMinutes(20);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void longOutageOfTheBrokerUsesUpNoAttemptAndIsDrainedAfterwards() {
        int minutes = Integer.getInteger("minutes", 10);
        try (World world = new World(folder, 1)) {
            assertThat(Strike.recovery(world, BOUND)).isEmpty();
            int before = world.load.answered();

            world.kafka.kill();
            Instant end = Instant.now().plus(Duration.ofMinutes(minutes));
            Awaitility.await().atMost(Duration.ofMinutes(minutes + 1)).pollInterval(Duration.ofSeconds(1)).until(() -> {
                assertNoAttemptIsUsedUp(world);
                return Instant.now().isAfter(end);
            });
            int during = world.load.answered() - before;
            Object waiting = world.bank.bankA().value("SELECT count(*) FROM outbox_message");
            world.kafka.start();
            world.book.note(Fault.KILL_BROKER, Duration.ofMinutes(minutes));

            Checker checker = Ending.of(world, DRAINED);
            System.out.println("minutes=" + minutes + " transfers_in_the_outage=" + during + " waiting_at_its_end=" + waiting + " " + checker);
            assertNoAttemptIsUsedUp(world);
            assertThat(checker.violations()).isEmpty();
        }
    }

    private static void assertNoAttemptIsUsedUp(World world) {
        for (Database database : List.of(world.bank.bankA(), world.bank.bankB(), world.bank.notifier())) {
            assertThat(database.rows("""
                    SELECT 'outbox' AS side, attempts, error_message FROM outbox_parked WHERE attempts > 0
                    UNION ALL SELECT 'inbox', attempts, error_message FROM inbox_parked WHERE attempts > 0
                    UNION ALL SELECT 'dead', attempts, error_message FROM dead_letter""")).as("attempts used up in %s", database.url()).isEmpty();
        }
    }
}
