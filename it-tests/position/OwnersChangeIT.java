package position;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import harness.CommitGate;
import harness.RouteProcess;
import harness.Routes;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Partitions that change their owner are taken up where the old one was, and an owner that does not know it yet does nothing any more. */
class OwnersChangeIT {

    @TempDir
    private Path folder;

    private final PositionFixture bank = new PositionFixture();

    @Test
    void rollingChangeOfOwnersHasEachEffectOnceAndInOrderAlsoWithoutKeys() throws Exception {
        bank.admin(admin -> admin.createPartitions(java.util.Map.of(bank.topic.name(), NewPartitions.increaseTo(4))).all().get());
        bank.database.update("CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM inbox_message WHERE message_id = NEW.message_id; "
                + "RETURN NULL; END $$; CREATE TRIGGER forget AFTER INSERT ON inbox_message FOR EACH ROW EXECUTE FUNCTION forget()");
        List<Routes> owners = new ArrayList<>();
        try {
            owners.add(bank.start());
            for (int i = 1; i <= 200; i++) {
                bank.request("k" + i % 8, "m-" + i, "t-" + i);
                if (i % 40 == 0) {
                    owners.add(bank.start());
                    owners.remove(0).close();
                }
            }
            PositionFixture.await().untilAsserted(() -> assertThat(bank.booked()).hasSizeGreaterThanOrEqualTo(200));
        } finally {
            owners.forEach(Routes::close);
        }

        assertThat(bank.booked()).hasSize(200).doesNotHaveDuplicates();
        for (int key = 0; key < 8; key++) {
            int of = key;
            assertThat(bank.booked().stream().filter(id -> Integer.parseInt(id.toString().substring(2)) % 8 == of)).as("key %d", key)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 200).filter(i -> i % 8 == of).<Object>mapToObj(i -> "t-" + i).toList());
        }
        assertThat(bank.incidents()).isEmpty();
    }

    /** It is stopped with three records in its hands, while the commit of the first is under way, and woken when all is done and the keys are gone. */
    @Test
    void zombieThatCommitsLateDoesNothingAgain() {
        bank.requests(1, 3);
        try (RouteProcess zombie = RouteProcess.camelMain(folder.resolve("zombie"), bank.settings, PositionFixture.FILES).start()) {
            try (CommitGate gate = new CommitGate(bank.database, "INSERT", "ledger_entry")) {
                PositionFixture.await().until(() -> (Long) bank.database.value(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") > 0);
                zombie.pause();
            }
            try (Routes owner = bank.start()) {
                bank.awaitBooked("t-1", "t-2", "t-3");
                PositionFixture.await().until(() -> bank.position() == 2);
                bank.forgetKeys();
                zombie.resume();
                PositionFixture.await().untilAsserted(() -> assertThat(zombie.log()).contains("does not follow the stored position"));
                bank.requests(4, 5);
                bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5");
            }
        }

        assertThat(bank.database.count("inbox_parked")).as("no attempt was used up").isZero();
        assertThat(bank.database.count("dead_letter")).isZero();
        assertThat(bank.incidents()).isEmpty();
    }
}
