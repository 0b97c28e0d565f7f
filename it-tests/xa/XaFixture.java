package xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import demo.Bank;
import demo.XaRoutes;
import harness.Artemis;
import harness.Java;
import harness.Postgres;
import harness.RouteProcess;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Banks A and B on servers of their own, and the XA process that moves money between them. */
final class XaFixture implements AutoCloseable {

    /** What {@link #traces} tells of a transfer that is done, once. */
    static final String DONE = "debits=1 credits=1 status=[COMPLETED] notifications=1";

    final Postgres postgres;
    final Artemis artemis;
    final Bank bank;
    final Map<String, String> settings;
    private final Path folder;
    private int processes;

    XaFixture(Path folder) {
        this.folder = folder;
        postgres = new Postgres(folder.resolve("postgres")).start();
        artemis = new Artemis(folder.resolve("artemis")).start();
        for (String name : new String[] {"bank_a", "bank_b", "notifier"}) {
            postgres.database("postgres").update("CREATE DATABASE " + name);
        }
        bank = Bank.open(postgres.database("bank_a"), postgres.database("bank_b"), postgres.database("notifier"));
        settings = bank.settings();
        settings.put("jms.url", artemis.url());
        settings.put("xa.node-identifier", "bank-a-1");
        settings.put("xa.object-store", "file:" + folder.resolve("store"));
        settings.put("xa.recovery-period", "1s");
        settings.put("inbox.retry.poll-max-delay", "100ms");
    }

    RouteProcess transfers(String... more) {
        String[] own = {"xa-transfer.camel.yaml", "profile=xa"};
        return RouteProcess.camelMain(log(), settings, XaRoutes.with(Stream.of(own, more).flatMap(Stream::of).toArray(String[]::new)));
    }

    /** The same with Byteman rules: what happens inside the JVM between two steps of a commit. */
    RouteProcess transfersWith(String rules) {
        settings.put("java.tool.options", byteman(rules));
        RouteProcess process = transfers();
        settings.remove("java.tool.options");
        return process;
    }

    /** The option of a JVM with Byteman rules. */
    String byteman(String rules) {
        String byteman = Arrays.stream(Java.testClasspath().split(":")).filter(jar -> jar.matches(".*/byteman-[0-9.]+\\.jar")).findFirst().orElseThrow();
        return "-javaagent:" + byteman + "=boot:" + byteman + ",script:" + write("rules.btm", rules);
    }

    /** Requests a transfer of a process that ends, as by kill -9, at a step of its commit: the count-th call of a method, at its place. */
    void crash(String id, String method, String place, int count) {
        try (RouteProcess process = transfersWith(crash(method, place, count)).start()) {
            request(id, "a-1", "b-1", "1.00");
            assertThat(process.awaitExit()).as(process.log()).isEqualTo(99);
        }
    }

    /** The rule for that. */
    static String crash(String method, String place, int count) {
        return """
                RULE crash
                CLASS com.arjuna.ats.internal.jta.resources.arjunacore.XAResourceRecord
                METHOD %s
                AT %s
                IF incrementCounter("step") == %d
                DO Runtime.getRuntime().halt(99)
                ENDRULE
                """.formatted(method, place, count);
    }

    Path write(String file, String text) {
        try {
            return Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Path log() {
        return folder.resolve("xa-" + ++processes + ".log");
    }

    void request(String id, String from, String to, String amount) {
        artemis.send("transfer.requested", "{\"transferId\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"amount\":%s}".formatted(id, from, to, amount),
                Map.of("JMSXGroupID", from));
    }

    /** How many transactions are prepared in bank A, in bank B and in Artemis. */
    List<Integer> prepared() {
        return List.of(preparedIn("bank_a"), preparedIn("bank_b"), artemis.prepared());
    }

    private int preparedIn(String database) {
        return (int) postgres.database("postgres").count("pg_prepared_xacts WHERE database = '" + database + "'");
    }

    /** Bank A becomes a standby, or the primary again: sessions are cut, and new ones have the setting. */
    void demote(String setting) {
        postgres.database("postgres").update("ALTER DATABASE bank_a " + setting);
        postgres.database("postgres").rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'bank_a'");
    }

    /** Bank A has no room for a table's rows: statements fail that write them, with what counts as an outage. */
    void fill(String table) {
        bank.bankA().update("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$");
        bank.bankA().update("CREATE TRIGGER a_full BEFORE INSERT OR UPDATE ON " + table + " FOR EACH STATEMENT EXECUTE FUNCTION full_disk()");
    }

    /** There is room again. */
    void free(String table) {
        bank.bankA().update("DROP TRIGGER a_full ON " + table);
    }

    List<String> notifications(String id) {
        return artemis.browse("transfer.notify").stream().filter(text -> text.contains('"' + id + '"')).toList();
    }

    /** Everything a transfer leaves anywhere: bookings at A and B, status at A, notifications. */
    String traces(String id) {
        return "debits=%d credits=%d status=%s notifications=%d".formatted(bank.bankA().count("ledger_entry WHERE transfer_id = '" + id + "'"),
                bank.bankB().count("ledger_entry WHERE transfer_id = '" + id + "'"),
                bank.bankA().rows("SELECT status FROM transfer WHERE id = ?", id).stream().map(row -> row.get("status")).toList(),
                notifications(id).size());
    }

    void awaitCompleted(String id, RouteProcess process) {
        await().untilAsserted(() -> assertThat(traces(id)).as(process.log()).isEqualTo(DONE));
    }

    /** Nothing is in doubt, money is conserved, and no request is left. */
    void assertSettled(RouteProcess process) {
        await().untilAsserted(() -> assertThat(prepared()).as(process.log()).containsExactly(0, 0, 0));
        assertThat(artemis.browse("transfer.requested")).isEmpty();
        assertThat(artemis.browse("DLQ")).isEmpty();
        assertThat(Stream.of(bank.bankA(), bank.bankB()).mapToInt(database -> (int) database.value("SELECT sum(balance)::int FROM account")).sum())
                .isEqualTo(Bank.money());
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(100)).ignoreExceptions();
    }

    @Override
    public void close() {
        artemis.close();
        postgres.close();
    }
}
