package xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import harness.Java;
import harness.RouteProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The JVM halts at each step of a two-phase commit over bank A, bank B and Artemis; the next start finishes what is left. */
class CrashIsRecoveredIT {

    @TempDir
    private static Path folder;
    private static XaFixture xa;
    private static int number;

    @BeforeAll
    static void start() {
        xa = new XaFixture(folder);
    }

    @AfterAll
    static void stop() {
        xa.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            after prepare, before the decision     | topLevelPrepare | EXIT  | 3 | 3
            after the log, before the first commit | topLevelCommit  | ENTRY | 1 | 3
            between the first two commits          | topLevelCommit  | EXIT  | 1 | 2
            """)
    void transferIsDoneOnceAndNothingStaysInDoubt(String moment, String method, String place, int count, int branches) {
        recovered(method, place, count, branches);
    }

    @Tag("soak")
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            before the first prepare               | topLevelPrepare | ENTRY | 1 | 0
            between the first two prepares         | topLevelPrepare | EXIT  | 1 | 1
            between the last two prepares          | topLevelPrepare | EXIT  | 2 | 2
            between the last two commits           | topLevelCommit  | EXIT  | 2 | 1
            after commits, before forgetting       | topLevelCommit  | EXIT  | 3 | 0
            """)
    void transferIsDoneOnceAtTheOtherMomentsToo(String moment, String method, String place, int count, int branches) {
        recovered(method, place, count, branches);
    }

    private void recovered(String method, String place, int count, int branches) {
        String id = crash(method, place, count);

        List<Integer> prepared = xa.prepared();
        assertThat(prepared.stream().mapToInt(Integer::intValue).sum()).as("branches in doubt in bank A, bank B, Artemis: " + prepared).isEqualTo(branches);
        assertThat(prepared).allMatch(branch -> branch <= 1);

        recover(id, xa.transfers().start());
    }

    @Test
    void recoveryWaitsForPostgresThatIsDownAtTheRestart() {
        recoverWithout(crash("topLevelCommit", "EXIT", 1), xa.postgres::crash, "Waiting", xa.postgres::start);
    }

    @Tag("soak")
    @Test
    void undecidedTransferWaitsForPostgresToo() {
        recoverWithout(crash("topLevelPrepare", "EXIT", 3), xa.postgres::crash, "Waiting", xa.postgres::start);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"topLevelPrepare, EXIT, 3", "topLevelCommit, EXIT, 1"})
    void recoveryWaitsForArtemisThatIsDownAtTheRestart(String method, String place, int count) {
        recoverWithout(crash(method, place, count), xa.artemis::kill, "Waiting: the JMS broker cannot be reached", xa.artemis::start);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"journal", "jdbc"})
    void everyKindOfObjectStoreRemembersTheDecision(String kind) {
        String file = xa.settings.get("xa.object-store");
        xa.settings.put("xa.object-store", kind.equals("jdbc") ? xa.postgres.database("notifier").url() + "?user=postgres" : "journal:" + folder.resolve("journal"));
        try {
            String id = crash("topLevelCommit", "EXIT", 1);

            recover(id, xa.transfers().start());
            RouteProcess process = xa.transfers().start().awaitStarted();
            // by SIGTERM, and it must end by itself
            process.stop();
            assertThat(process.log()).contains("shutdown in").doesNotContain("does not end within");
            assertThat(Java.root().resolve("routes/HornetqJournalStore")).as("a store beside the configured one").doesNotExist();
        } finally {
            xa.settings.put("xa.object-store", file);
        }
    }

    private static String crash(String method, String place, int count) {
        String id = "t-" + ++number;
        xa.crash(id, method, place, count);
        return id;
    }

    /** Starts while a server is down, and starts the server when the process says that it waits. */
    private static void recoverWithout(String id, Runnable kill, String waiting, Runnable start) {
        kill.run();

        RouteProcess process = xa.transfers().start();
        XaFixture.await().until(() -> process.log().contains(waiting));
        start.run();

        recover(id, process);
    }

    private static void recover(String id, RouteProcess process) {
        try (process) {
            xa.awaitCompleted(id, process);
            xa.assertSettled(process);

            xa.request(id + "-next", "a-1", "b-1", "1.00");
            xa.awaitCompleted(id + "-next", process);
            // else the next process is about to recover this one
            XaFixture.await().ignoreExceptions().until(() -> decisions() == 0);
        }
    }

    private static long decisions() throws IOException {
        try (Stream<Path> store = Files.walk(folder)) {
            return store.filter(file -> file.toString().contains("AtomicAction") && Files.isRegularFile(file)).count();
        }
    }
}
