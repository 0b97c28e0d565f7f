package xa;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import harness.Database;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that are there share an XA transaction, all or nothing; what one of them does wrong costs no other one an attempt. */
class MessagesShareAnXaTransactionIT {

    private static final String ONE_BY_ONE = "that shared a transaction come again and are handled one by one";

    @TempDir
    private Path folder;
    private SharingReceiver receiver;

    @BeforeEach
    void start() {
        receiver = new SharingReceiver(folder);
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    void messagesThatAreThereShareATransactionInTheirOrder() {
        List<String> sent = send("good", 50);
        try (RouteProcess process = receiver.start().awaitStarted()) {
            awaitEffects(sent, process);
            assertThat(receiver.transactions()).as(process.log()).isLessThan(5);
        }
    }

    @Test
    void handlerThatCallsSomethingOutsideHasEachMessageAlone() {
        List<String> sent = send("good", 5);

        try (RouteProcess process = receiver.start("- bean: {beanType: java.util.UUID, method: randomUUID}\n- setBody: {simple: \"${header.ce_id}\"}\n",
                new String[0]).awaitStarted()) {
            XaFixture.await().untilAsserted(() -> assertThat(receiver.effects()).as(process.log()).hasSize(sent.size()));
            assertThat(receiver.transactions()).as(process.log()).isEqualTo(sent.size());
            assertThat(process.log()).contains("inbox of share: each message has its own transaction, since bean in route share would be called again");
        }
    }

    @Test
    void messageThatFailsIsFoundAloneAndItsNeighboursHaveLostNoAttempt() {
        // one attempt: who lost it would be parked
        receiver.xa.settings.put("inbox.immediate-attempts", "1");
        receiver.xa.settings.put("inbox.retry.first-delay", "1h");
        List<String> sent = send("good", 20);
        receiver.send("bad", "of its own");
        List<String> later = send("later", 20);

        try (RouteProcess process = receiver.start().awaitStarted()) {
            awaitEffects(Stream.of(sent, later).flatMap(List::stream).toList(), process);
            assertThat(receiver.bankA.rows("SELECT message_id, attempts FROM inbox_parked")).as(process.log())
                    .containsExactly(Map.of("message_id", "bad", "attempts", 1));
            assertThat(receiver.bankA.rows("SELECT * FROM inbox_attempt")).isEmpty();
            assertThat(receiver.bankA.rows("SELECT * FROM dead_letter")).isEmpty();
            assertThat(process.log().split(ONE_BY_ONE, -1)).as("one rollback of the neighbours, for one failure%n%s", process.log()).hasSize(2);
        }
    }

    @Test
    void followerOfAParkedMessageWaitsForItAndOthersOfItsBatchDoNot() {
        receiver.xa.settings.put("inbox.retry.first-delay", "1h");
        receiver.send("bad", "held");
        try (RouteProcess process = receiver.start().awaitStarted()) {
            XaFixture.await().until(() -> receiver.bankA.count("inbox_parked") == 1);
        }
        receiver.send("follower", "held");
        List<String> sent = send("good", 10);

        try (RouteProcess process = receiver.start().awaitStarted()) {
            awaitEffects(sent, process);
            assertThat(receiver.transactions()).as(process.log()).isLessThan(5);
            assertThat(receiver.names("SELECT message_id FROM inbox_parked ORDER BY id")).containsExactly("bad", "follower");
        }
    }

    /** Each start finds what the crash before it has left, and new messages. */
    @Test
    void crashesOfBatchesLoseAndDoubleNothing() {
        List<String> sent = new ArrayList<>();
        for (String crash : List.of("topLevelPrepare ENTRY 1", "topLevelPrepare EXIT 3", "topLevelCommit ENTRY 1", "topLevelCommit EXIT 1", "topLevelCommit EXIT 2")) {
            String[] place = crash.split(" ");
            sent.addAll(send("before " + crash, 10));
            receiver.xa.settings.put("java.tool.options", receiver.xa.byteman(XaFixture.crash(place[0], place[1], Integer.parseInt(place[2]))));
            try (RouteProcess process = receiver.start()) {
                assertThat(process.awaitExit()).as("%s: %s", crash, process.log()).isEqualTo(99);
            }
        }
        receiver.xa.settings.remove("java.tool.options");

        try (RouteProcess process = receiver.start().awaitStarted()) {
            awaitEffects(sent, process);
            assertNothingIsKept(process);
            XaFixture.await().untilAsserted(() -> assertThat(receiver.xa.prepared()).as(process.log()).containsExactly(0, 0, 0));
        }
    }

    @Test
    void outageInABatchUsesUpNoAttempt() {
        receiver.xa.settings.put("inbox.immediate-attempts", "1");
        try (RouteProcess process = receiver.start().awaitStarted()) {
            receiver.xa.fill("effect");
            List<String> sent = send("good", 10);
            XaFixture.await().untilAsserted(() -> assertThat(process.log().split("has used up no attempt", -1)).as(process.log()).hasSizeGreaterThan(5));
            receiver.xa.free("effect");

            awaitEffects(sent, process);
            assertNothingIsKept(process);
        }
    }

    @Test
    void batchesThatWaitForEachOtherInTwoDatabasesGiveWay() {
        receiver.xa.settings.put("consumers", "3");
        for (Database bank : List.of(receiver.bankA, receiver.bankB)) {
            bank.update("CREATE TABLE hot (id integer PRIMARY KEY, hits integer NOT NULL)");
            bank.update("INSERT INTO hot SELECT i, 0 FROM generate_series(0, 3) AS i");
            // current_database() is another one there, and so is the order of the rows
            bank.update("""
                    CREATE FUNCTION hit() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN UPDATE hot SET hits = hits + 1 WHERE id = hashtext(NEW.name || current_database()) & 3; RETURN NEW; END $$""");
            bank.update("CREATE TRIGGER hit BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION hit()");
        }
        List<String> sent = send("good", 60);

        try (RouteProcess process = receiver.start().awaitStarted()) {
            XaFixture.await().untilAsserted(() -> assertThat(receiver.effects()).as(process.log()).containsExactlyInAnyOrderElementsOf(sent));
            assertThat(receiver.bankB.value("SELECT sum(hits)::int FROM hot")).isEqualTo(sent.size());
            assertNothingIsKept(process);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void eachGoodMessageHasOneEffectAndEachBadOneIsADeadLetterInAnyMix(int consumers) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("mixed JMS messages: seed=" + seed + " consumers=" + consumers);
        receiver.xa.settings.put("consumers", String.valueOf(consumers));
        MixedMessages messages = new MixedMessages(seed);
        messages.send(receiver, Integer.getInteger("messages", 150));

        try (RouteProcess process = receiver.start().awaitStarted()) {
            XaFixture.await().untilAsserted(() -> {
                assertThat(receiver.xa.artemis.browse(SharingReceiver.QUEUE)).as("seed %d: left in the queue%n%s", seed, process.log()).isEmpty();
                assertThat(receiver.bankA.count("inbox_parked")).as("seed %d: parked%n%s", seed, process.log()).isZero();
                assertThat(receiver.bankA.count("dead_letter")).as("seed %d: dead letters%n%s", seed, process.log()).isEqualTo(messages.dead);
                assertThat(receiver.effects()).as("seed %d: effects%n%s", seed, process.log())
                        .containsExactlyInAnyOrderElementsOf(messages.good.values().stream().flatMap(List::stream).toList());
                // one that comes once more has a row until it is known for that
                assertThat(receiver.bankA.count("inbox_attempt")).as("seed %d: attempts%n%s", seed, process.log()).isZero();
            });
            assertThat(receiver.copies()).allSatisfy(copy -> assertThat(copy).as("seed %d", seed).isEqualTo(receiver.effects().stream().sorted().toList()));
            assertThat(receiver.xa.artemis.browse("share.dead")).as("seed %d: kept unread", seed).hasSize(messages.unread);
            if (consumers == 1) {
                messages.good.forEach((group, bodies) -> assertThat(receiver.effects().stream().filter(bodies::contains)).as("seed %d: order of %s", seed, group)
                        .containsExactlyElementsOf(bodies));
            }
        }
    }

    private List<String> send(String what, int count) {
        List<String> bodies = IntStream.range(0, count).mapToObj(i -> what + " " + i).toList();
        bodies.forEach(body -> receiver.send(body, "group"));
        return bodies;
    }

    /** Once, in this order, everywhere, and nothing is left. */
    private void awaitEffects(List<String> sent, RouteProcess process) {
        XaFixture.await().untilAsserted(() -> assertThat(receiver.effects()).as(process.log()).containsExactlyElementsOf(sent));
        XaFixture.await().untilAsserted(() -> assertThat(receiver.copies()).as(process.log()).allSatisfy(copy -> assertThat(copy).isEqualTo(sent.stream().sorted().toList())));
        assertThat(receiver.xa.artemis.browse(SharingReceiver.QUEUE)).isEmpty();
    }

    private void assertNothingIsKept(RouteProcess process) {
        assertThat(List.of("inbox_parked", "dead_letter", "inbox_attempt")).as(process.log()).allMatch(table -> receiver.bankA.count(table) == 0);
    }
}
