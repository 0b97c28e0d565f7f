package saga;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.RouteProcess;
import harness.Routes;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A transfer whose orchestrator and banks are killed, before a transaction of theirs has committed and behind it. All invariants hold, and nothing stays undecided. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TransferSurvivesCrashes {

    final Transfers transfers;
    private final Map<String, RouteProcess> processes = new LinkedHashMap<>();
    private Routes notifier;
    private int number;

    TransferSurvivesCrashes(String model) throws IOException {
        transfers = new Transfers(model);
        // long enough for a restart: a step times out only where the test says so
        transfers.settings.put(model + "-transfer.step-timeout", "10m");
        transfers.settings.put("saga.timeout.poll-max-delay", "100ms");
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        for (String application : List.of("orchestrator", "bank A", "bank B")) {
            List<String> arguments = new ArrayList<>(List.of(transfers.files(application)));
            if (application.equals("orchestrator")) {
                arguments.addAll(List.of("camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + transfers.port));
            }
            processes.put(application, RouteProcess.camelMain(folder.resolve(application.replace(' ', '-') + ".log"), transfers.settings, arguments.toArray(String[]::new)).start());
        }
        notifier = Routes.start(transfers.settings, transfers.files("notifier"));
        processes.values().forEach(RouteProcess::awaitStarted);
    }

    @AfterAll
    void stop() {
        processes.values().forEach(RouteProcess::close);
        notifier.close();
        transfers.close();
    }

    /**
     * @param when {@code before} or {@code behind} the commit; {@code outage}: before it, and the database is away when the process starts again
     * @param kind {@code OK}, or why the second of three transfers is not done
     */
    void kill(String victim, String when, String where, String event, String rows, String kind) throws SQLException {
        List<String> ids = List.of("t-" + ++number, "t-" + ++number, "t-" + ++number);
        if (kind.equals("LATE")) {
            expire(ids.get(1));
        }
        Database database = where.equals("A") ? transfers.bankA() : transfers.bankB();
        try (KillGate gate = new KillGate(database, event, rows)) {
            for (String id : ids) {
                String to = kind.equals("REFUSED") && id.equals(ids.get(1)) ? "nobody" : "b-1";
                Thread customer = new Thread(() -> transfers.request(id, "a-" + ids.indexOf(id), to, 1.5));
                customer.setDaemon(true);
                customer.start();
            }
            try {
                gate.awaitHeld();
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("no transaction at the gate: " + transfers.bankA().rows("SELECT * FROM saga WHERE saga_id = ANY (?)", (Object) ids.toArray(String[]::new)), e);
            }
            if (when.equals("behind")) {
                gate.pass();
            }
            processes.get(victim).kill();
        }
        if (when.equals("outage")) {
            try (Database.Outage outage = database.outage()) {
                RouteProcess starting = processes.get(victim).start();
                Awaitility.await("a start that waits").atMost(Duration.ofMinutes(3)).until(() -> starting.log().contains("Waiting for database"));
            }
        } else {
            processes.get(victim).start();
        }
        processes.get(victim).awaitStarted();

        Awaitility.await("drained").atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(300)).ignoreExceptions().until(() -> transfers.invariants().hold());
        assertThat(transfers.invariants().violations()).isEmpty();
        assertThat(transfers.bankA().rows("SELECT saga_id, state FROM saga WHERE (state = 'COMPLETED') IS DISTINCT FROM (SELECT status = 'COMPLETED' FROM transfer WHERE id = saga_id)"))
                .isEmpty();
        assertThat(transfers.status(ids.get(1))).isEqualTo(switch (kind) {
            case "LATE" -> "REJECTED TIMED_OUT";
            case "REFUSED" -> "REJECTED UNKNOWN_ACCOUNT";
            default -> "COMPLETED";
        });
    }

    /** The credit is late at once, and its answer, however quick, is refused by the database as long as nobody has seen that. */
    private void expire(String id) {
        transfers.bankA().update("""
                CREATE OR REPLACE FUNCTION expire() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF OLD.state = 'RUNNING' AND OLD.step = 2 AND NEW.state <> 'COMPENSATING' THEN RAISE EXCEPTION 'not yet' USING ERRCODE = '40001'; END IF;
                  IF NEW.state = 'RUNNING' AND NEW.step = 2 THEN NEW.due_at := now() - interval '1 hour'; END IF;
                  RETURN NEW;
                END $$;
                DROP TRIGGER IF EXISTS expire ON saga;
                CREATE TRIGGER expire BEFORE UPDATE ON saga FOR EACH ROW WHEN (NEW.saga_id = '%s') EXECUTE FUNCTION expire()""".formatted(id));
    }
}
