package xa;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Page;
import harness.RouteProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What docs/xa.md says about what is in doubt, done as it says. */
class InDoubtIsEndedByHandIT {

    @TempDir
    private Path folder;

    @Test
    void decisionOfALostObjectStoreIsCarriedOutByHand() {
        try (XaFixture xa = new XaFixture(folder)) {
            // decided, and carried out by one participant: the broker
            xa.crash("t-1", "topLevelCommit", "EXIT", 1);
            assertThat(xa.prepared()).containsExactly(1, 1, 0);
            for (Database bank : List.of(xa.bank.bankA(), xa.bank.bankB())) {
                // the session of the dead process has its lock until the server has noticed
                XaFixture.await().until(() -> inDoubt(bank).get(0).get("what_to_do").toString().startsWith("start its process"));
                Map<String, Object> entry = inDoubt(bank).get(0);
                assertThat(entry).containsEntry("node", "bank-a-1").containsEntry("owner", "postgres");

                bank.update("COMMIT PREPARED '" + entry.get("gid") + "'");
            }

            xa.settings.put("xa.object-store", "file:" + folder.resolve("new-store"));
            try (RouteProcess process = xa.transfers().start().awaitStarted()) {
                xa.awaitCompleted("t-1", process);
                xa.assertSettled(process);
            }
        }
    }

    @Tag("soak")
    @Test
    void whatSomebodyElseHasPreparedStopsNothing() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.crash("t-1", "topLevelPrepare", "EXIT", 3);
            Database bank = xa.bank.bankA();
            bank.update("CREATE TABLE theirs (n int)");
            String named = "131077_" + Base64.getEncoder().encodeToString(("x".repeat(28) + "bank-a-1").getBytes(StandardCharsets.UTF_8)) + "_";
            List<String> theirs = List.of(named + "AAAA", named + Base64.getEncoder().encodeToString("x".repeat(36).getBytes(StandardCharsets.UTF_8)),
                    "131077_AAAA_AAAA", "131077__", "131077_%%_AAAA", "131077_AAA=_", "131080_AA==_AA==", "theirs", "131077_"
                    + "A".repeat(36) + "AAAA_AAAA", "131077_" + "/".repeat(80) + "_AAAA");
            for (String gid : theirs) {
                bank.update("BEGIN; INSERT INTO theirs VALUES (1); PREPARE TRANSACTION '" + gid + "'");
            }

            try (RouteProcess process = xa.transfers().start().awaitStarted()) {
                xa.awaitCompleted("t-1", process);
                assertThat(inDoubt(bank)).as(process.log()).extracting(row -> row.get("gid")).containsExactlyInAnyOrderElementsOf(theirs);
                assertThat(process.log()).doesNotContain("could not look");
            }
        }
    }

    @Tag("soak")
    @Test
    void twoDataSourcesOfOneDatabaseDoNotWaitForEachOther() {
        try (XaFixture xa = new XaFixture(folder)) {
            xa.bank.bankA().update("CREATE SCHEMA other");
            xa.settings.put("database.bank-b.url", xa.bank.bankA().url() + "?currentSchema=other");
            xa.bank.bankA().update("CREATE TABLE other.account (LIKE public.account INCLUDING ALL)");
            try (RouteProcess process = xa.transfers().start()) {
                XaFixture.await().untilAsserted(() -> assertThat(process.log()).contains(") started in "));
                assertThat(process.log()).doesNotContain("is in use by another live process");
            }
        }
    }

    /** As the page asks. */
    private static List<Map<String, Object>> inDoubt(Database database) {
        String statement = Page.of("docs/xa.md").found("(?s)```sql\n([^`]*xa_in_doubt[^`]*);\n```").get(0);
        return database.rows(statement);
    }
}
