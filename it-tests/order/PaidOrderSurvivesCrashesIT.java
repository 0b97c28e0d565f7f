package order;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.RouteProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import saga.KillGate;

import static org.assertj.core.api.Assertions.assertThat;

/** The paid order: each service is killed in its steps, before its transaction has committed and behind it, and all invariants hold. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PaidOrderSurvivesCrashesIT {

    private final Orders orders = new Orders();
    private final Map<String, RouteProcess> processes = new LinkedHashMap<>();
    private int number;

    PaidOrderSurvivesCrashesIT() throws IOException {
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        for (String service : List.of("shop", "stock", "points", "outbound")) {
            List<String> arguments = new ArrayList<>(Orders.files(service));
            // what is killed gets its partitions again when Kafka takes it for dead, at the earliest then
            arguments.add("camel.component.kafka.additional-properties[session.timeout.ms]=6000");
            if (service.equals("shop")) {
                arguments.addAll(List.of("camel.server.enabled=true", "camel.server.host=127.0.0.1", "camel.server.port=" + orders.port));
            }
            processes.put(service, RouteProcess.camelMain(folder.resolve(service + ".log"), orders.settings, arguments.toArray(String[]::new)).start());
        }
        processes.values().forEach(RouteProcess::awaitStarted);
    }

    @AfterAll
    void stop() {
        processes.values().forEach(RouteProcess::close);
        orders.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            shop     | before | UPDATE ON customer_order     | NEW.status = 'REFUNDED'
            stock    | behind | UPDATE ON deduction          | NEW.state = 'REFUSED'
            points   | before | INSERT ON inbox_message      | NEW.consumer = 'order-points-take-back'
            outbound | before | INSERT ON warehouse_message  | true
            """)
    void killedAtItsMostTellingSteps(String victim, String when, String event, String rows) throws SQLException {
        killed(victim, when, event, rows);
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            points   | behind | INSERT ON order_points       | NEW.state = 'ADDED'
            shop     | behind | INSERT ON payment            | NEW.kind = 'PAYMENT'
            shop     | before | INSERT ON customer_order     | true
            shop     | before | DELETE ON outbox_message     | OLD.destination = 'order.paid'
            shop     | behind | INSERT ON payment            | NEW.kind = 'REFUND'
            shop     | before | UPDATE ON customer_order     | NEW.status = 'FULFILLED'
            stock    | before | INSERT ON deduction          | true
            stock    | before | DELETE ON outbox_message     | OLD.destination = 'stock.deducted'
            points   | before | INSERT ON order_points       | NEW.state = 'ADDED'
            outbound | before | INSERT ON inbox_message      | NEW.consumer = 'order-outbound-create'
            outbound | behind | INSERT ON warehouse_message  | true
            outbound | before | INSERT ON inbox_message      | NEW.consumer = 'order-outbound-cancel'
            """)
    void killedAtItsOtherSteps(String victim, String when, String event, String rows) throws SQLException {
        killed(victim, when, event, rows);
    }

    private void killed(String victim, String when, String event, String rows) throws SQLException {
        List<String> ids = List.of("o-" + ++number, "o-" + ++number, "o-" + ++number);
        try (KillGate gate = new KillGate(orders.database(victim), event, rows)) {
            for (String id : ids) {
                // one of them is refused
                String product = id.equals(ids.get(1)) ? "p-unknown" : "p-1";
                Thread customer = new Thread(() -> orders.order(id, "c-" + ids.indexOf(id), product, 2, 1.5));
                customer.setDaemon(true);
                customer.start();
            }
            gate.awaitHeld();
            if (when.equals("behind")) {
                gate.pass();
            }
            processes.get(victim).kill();
        }
        processes.get(victim).start().awaitStarted();

        orders.awaitHold();
        assertThat(ids.stream().map(orders::status)).containsExactly("FULFILLED", "REFUNDED UNKNOWN_PRODUCT", "FULFILLED");
    }
}
