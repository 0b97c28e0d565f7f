package order;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import harness.Database;
import harness.Downstream;
import harness.Routes;
import harness.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import saga.KillGate;

import static order.Orders.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The paid order: every order is fulfilled by all or undone by all, whatever comes first, twice or late; and no receiver disturbs another. */
class PaidOrderIT {

    private static final String REFUSE = """
            CREATE SEQUENCE tried;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('tried'); RAISE EXCEPTION 'refused by the test'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION refuse()""";

    /** Where each service keeps how its orders stand. */
    private static final Map<String, String> TABLES = Map.of("shop", "customer_order", "stock", "deduction", "points", "order_points", "outbound", "outbound_order");

    private final Orders orders = new Orders();
    private final Map<String, Routes> running = new LinkedHashMap<>();

    PaidOrderIT() throws IOException {
    }

    @BeforeEach
    void startShop() {
        start("shop");
    }

    @AfterEach
    void stop() {
        Orders.stop(running.values());
        orders.close();
    }

    private void start(String... services) {
        for (String service : services) {
            running.put(service, orders.start(service));
        }
    }

    @Test
    void whatIsOutOfStockIsRefundedAndItsPointsAreTakenBack() {
        start("stock", "points", "outbound");

        orders.order("o-1", "c-1", "p-1", 3, 12.5);
        orders.order("o-2", "c-1", "p-scarce", 1, 99.99);
        orders.order("o-3", "c-1", "p-scarce", 1, 99.99);
        orders.order("o-4", "c-2", "p-unknown", 1, 0.5);
        orders.order("o-5", "c-2", "p-2", 1, 0.5);

        orders.awaitHold();
        assertThat(List.of(orders.status("o-1"), orders.status("o-2"), orders.status("o-3"), orders.status("o-4"), orders.status("o-5")))
                .containsExactly("FULFILLED", "FULFILLED", "REFUNDED OUT_OF_STOCK", "REFUNDED UNKNOWN_PRODUCT", "FULFILLED");
        assertThat(orders.points().rows("SELECT id, points FROM points_account ORDER BY id").toString()).isEqualTo("[{id=c-1, points=111}, {id=c-2, points=0}]");
        assertThat(orders.invariants()).hasToString("orders=5 fulfilled=3 refunded=2 told=3 stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0");
    }

    /** Four orders can be fulfilled, and one cannot. What each has done as long as one of them does nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            dead | stock    | nothing               | ADDED 5               | CREATED 5           | PAID 5
            dead | points   | DEDUCTED 4, REFUSED 1 | nothing               | CANCELLED 1, TOLD 4 | PAID 4, REFUNDED 1
            slow | points   | DEDUCTED 4, REFUSED 1 | nothing               | CANCELLED 1, TOLD 4 | PAID 4, REFUNDED 1
            dead | outbound | DEDUCTED 4, REFUSED 1 | ADDED 4, TAKEN_BACK 1 | nothing             | PAID 4, REFUNDED 1
            """)
    void serviceThatIsDeadOrSlowDisturbsNoOtherAndCatchesUp(String how, String service, String stock, String points, String outbound, String shop) throws SQLException {
        try (Connection connection = orders.database(service).connect()) {
            connection.setAutoCommit(false);
            for (String each : TABLES.keySet()) {
                if (!each.equals("shop") && (how.equals("slow") || !each.equals(service))) {
                    start(each);
                }
            }
            connection.createStatement().execute("LOCK TABLE " + TABLES.get(service) + " IN EXCLUSIVE MODE");
            for (int i = 0; i < 5; i++) {
                orders.order("o-" + i, "c-" + i, i == 3 ? "p-unknown" : "p-1", 1, 10);
            }

            Map<String, String> expected = Map.of("stock", stock, "points", points, "outbound", outbound, "shop", shop);
            await().untilAsserted(() -> assertThat(done()).isEqualTo(expected));
            assertThat(orders.told()).hasSize(service.equals("points") ? 4 : 0);
            connection.rollback();
        }
        if (how.equals("dead")) {
            start(service);
        }

        orders.awaitHold();
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            slow | stock    | nothing               | ADDED 5               | CREATED 5           | PAID 5
            slow | outbound | DEDUCTED 4, REFUSED 1 | ADDED 4, TAKEN_BACK 1 | nothing             | PAID 4, REFUNDED 1
            """)
    void noOtherThatIsSlow(String how, String service, String stock, String points, String outbound, String shop) throws SQLException {
        serviceThatIsDeadOrSlowDisturbsNoOtherAndCatchesUp(how, service, stock, points, outbound, shop);
    }

    private Map<String, String> done() {
        Map<String, String> done = new LinkedHashMap<>();
        TABLES.forEach((service, table) -> done.put(service, (String) orders.database(service).value(("""
                SELECT coalesce(string_agg(state || ' ' || orders, ', ' ORDER BY state), 'nothing')
                FROM (SELECT %s AS state, count(*) AS orders FROM %s GROUP BY 1) AS states""").formatted(service.equals("shop") ? "status" : "state", table))));
        return done;
    }

    @Test
    void warehouseThatIsAwayUsesUpNoAttemptAndDisturbsNobody() {
        start("stock", "points", "outbound");
        orders.warehouse(request -> Downstream.answer(503, ""));

        orders.order("o-30", "c-1", "p-1", 1, 10);
        orders.order("o-31", "c-2", "p-unknown", 1, 10);

        await().until(() -> orders.shop().count("customer_order WHERE points_added_at IS NOT NULL AND status = 'PAID'") == 1);
        orders.awaitStatus("o-31", "REFUNDED UNKNOWN_PRODUCT");
        await().until(() -> orders.points().count("order_points WHERE state = 'TAKEN_BACK'") == 1);
        assertThat(orders.told()).isEmpty();
        orders.warehouse(null);
        orders.awaitHold();
    }

    @Test
    void orderThatTheWarehouseRefusesIsADeadLetterAndHoldsNobodyElse() {
        start("stock", "points", "outbound");
        orders.warehouse(request -> Downstream.answer(request.text().contains("o-40") ? 422 : 204, ""));

        orders.order("o-40", "c-1", "p-1", 1, 10);
        orders.order("o-41", "c-1", "p-1", 1, 10);

        orders.awaitStatus("o-41", "FULFILLED");
        assertThat(orders.outbound().rows("SELECT consumer, attempts FROM dead_letter").toString()).isEqualTo("[{consumer=order-outbound-tell, attempts=1}]");
        assertThat(orders.status("o-40")).isEqualTo("PAID");
    }

    @Test
    void eachReceiverKeepsToItsOwnRetries() {
        retries("order-stock-deduct", 2, 1);
        retries("order-points-add", 1, 4);
        retries("order-outbound-create", 4, 0);
        orders.stock().update(REFUSE.formatted("deduction", true));
        orders.points().update(REFUSE.formatted("order_points", true));
        orders.outbound().update(REFUSE.formatted("outbound_order", true));
        start("stock", "points", "outbound");

        orders.order("o-50", "c-1", "p-1", 1, 10);

        Map<Database, Integer> attempts = Map.of(orders.stock(), 3, orders.points(), 5, orders.outbound(), 4);
        attempts.forEach((database, expected) -> {
            await().until(() -> database.count("dead_letter") == 1);
            assertThat(database.value("SELECT attempts FROM dead_letter")).isEqualTo(expected);
            assertThat(database.value("SELECT last_value FROM tried")).isEqualTo(expected.longValue());
        });
    }

    private void retries(String consumer, int immediately, int later) {
        orders.settings.put("inbox." + consumer + ".immediate-attempts", String.valueOf(immediately));
        orders.settings.put("inbox." + consumer + ".retry.max-attempts", String.valueOf(later));
    }

    @Test
    void duplicatesOfEveryMessageHaveNoSecondEffect() {
        start("stock", "points", "outbound");
        orders.order("o-60", "c-1", "p-1", 2, 10);
        orders.order("o-61", "c-1", "p-unknown", 2, 10);
        orders.awaitHold();

        int sent = 0;
        for (String event : Orders.EVENTS) {
            Topic topic = orders.topic(event);
            for (ConsumerRecord<String, byte[]> record : topic.records()) {
                Map<String, String> headers = new LinkedHashMap<>(Topic.headers(record));
                topic.send(record.key(), new String(record.value()), headers);
                // a sender that has forgotten that it has sent it
                headers.put("ce_id", UUID.randomUUID().toString());
                topic.send(record.key(), new String(record.value()), headers);
                sent++;
            }
        }

        assertThat(sent).isEqualTo(8);
        await().until(() -> orders.shop().count("inbox_message") == 8 && orders.stock().count("inbox_message") == 4 && orders.points().count("inbox_message") == 6
                && orders.outbound().count("inbox_message") == 8);
        assertThat(orders.invariants().violations()).isEmpty();
        assertThat(orders.invariants().hold()).isTrue();
        assertThat(orders.told()).hasSize(1);
    }

    @Test
    void deedBehindItsCompensationHasNoEffect() {
        for (String consumer : List.of("order-points-add", "order-outbound-create")) {
            orders.settings.put("inbox." + consumer + ".retry.first-delay", "1h");
        }
        orders.points().update(REFUSE.formatted("point_entry", true));
        orders.outbound().update(REFUSE.formatted("outbound_order", "NEW.state = 'CREATED'"));
        start("points", "outbound");
        orders.order("o-70", "c-1", "p-unknown", 1, 10);
        await().until(() -> orders.points().count("inbox_parked") == 1 && orders.outbound().count("inbox_parked") == 1);

        start("stock");
        await().until(() -> orders.points().count("order_points WHERE state = 'TAKEN_BACK'") == 1 && orders.outbound().count("outbound_order WHERE state = 'CANCELLED'") == 1);
        orders.points().update("DROP TRIGGER refuse ON point_entry; UPDATE inbox_parked SET next_attempt_at = now()");
        orders.outbound().update("DROP TRIGGER refuse ON outbound_order; UPDATE inbox_parked SET next_attempt_at = now()");

        orders.awaitHold();
        assertThat(orders.points().count("point_entry")).isZero();
        assertThat(orders.points().count("inbox_message WHERE consumer = 'order-points-add'")).isEqualTo(1);
    }

    /** The compensation waits for the deed's row, and must see what was written beside it. */
    @Test
    void compensationThatMeetsItsDeedUndoesIt() throws SQLException {
        start("stock", "points", "outbound");

        try (KillGate gate = new KillGate(orders.points(), "INSERT ON order_points", "NEW.state = 'ADDED'")) {
            orders.order("o-80", "c-1", "p-unknown", 1, 10);
            gate.awaitHeld();
            await().until(() -> orders.points().waiting("transactionid") == 1);
            gate.pass();
        }

        orders.awaitHold();
        assertThat(orders.points().rows("SELECT kind, points FROM point_entry ORDER BY id").toString()).isEqualTo("[{kind=ADDED, points=10}, {kind=TAKEN_BACK, points=-10}]");
    }
}
