package example;

import java.util.List;
import java.util.Map;

import demo.OrderInvariants;
import demo.Shop;
import harness.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker of the paid order can fail: each row is a mutant of a correct end state that it must catch. */
class OrderInvariantsIT {

    private static final Map<String, List<String>> REQUESTS = Map.of("c-1", List.of("o-1", "o-2"), "c-2", List.of("o-3"));
    private static final Map<String, String> SENT = Map.of("m-1", "o-1", "m-2", "o-2");
    private final Shop opened = ended();

    /** Two orders are fulfilled, and one was out of stock. */
    private static Shop ended() {
        Shop opened = Shop.open(Servers.database(), Servers.database(), Servers.database(), Servers.database(), 1);
        opened.shop().update("""
                INSERT INTO customer_order (id, customer, product, quantity, amount, status, reason, points_added_at, warehouse_told_at, ended_at) VALUES
                ('o-1', 'c-1', 'p-1', 2, 10.5, 'FULFILLED', NULL, now(), now(), now()), ('o-2', 'c-1', 'p-scarce', 1, 5, 'FULFILLED', NULL, now(), now(), now()),
                ('o-3', 'c-2', 'p-scarce', 1, 7, 'REFUNDED', 'OUT_OF_STOCK', now(), NULL, now());
                INSERT INTO payment (order_id, customer, kind, amount) VALUES ('o-1', 'c-1', 'PAYMENT', -10.5), ('o-2', 'c-1', 'PAYMENT', -5),
                ('o-3', 'c-2', 'PAYMENT', -7), ('o-3', 'c-2', 'REFUND', 7);
                UPDATE customer SET balance = balance - 15.5 WHERE id = 'c-1'
                """);
        opened.stock().update("""
                INSERT INTO deduction (order_id, customer, product, quantity, state, reason) VALUES ('o-1', 'c-1', 'p-1', 2, 'DEDUCTED', NULL),
                ('o-2', 'c-1', 'p-scarce', 1, 'DEDUCTED', NULL), ('o-3', 'c-2', 'p-scarce', 1, 'REFUSED', 'OUT_OF_STOCK');
                UPDATE product SET available = available - CASE id WHEN 'p-1' THEN 2 ELSE 1 END WHERE id IN ('p-1', 'p-scarce')
                """);
        opened.points().update("""
                INSERT INTO points_account (id, points) VALUES ('c-1', 15), ('c-2', 0);
                INSERT INTO order_points (order_id, state) VALUES ('o-1', 'ADDED'), ('o-2', 'ADDED'), ('o-3', 'TAKEN_BACK');
                INSERT INTO point_entry (order_id, customer, kind, points) VALUES ('o-1', 'c-1', 'ADDED', 10), ('o-2', 'c-1', 'ADDED', 5), ('o-3', 'c-2', 'ADDED', 7),
                ('o-3', 'c-2', 'TAKEN_BACK', -7)
                """);
        opened.outbound().update("""
                INSERT INTO outbound_order (order_id, customer, product, quantity, state) VALUES ('o-1', 'c-1', 'p-1', 2, 'TOLD'), ('o-2', 'c-1', 'p-scarce', 1, 'TOLD'),
                ('o-3', 'c-2', 'p-scarce', 1, 'CANCELLED');
                INSERT INTO warehouse_message (order_id, message_id) VALUES ('o-1', 'm-1'), ('o-2', 'm-2')
                """);
        return opened;
    }

    @Test
    void correctEndStateHolds() {
        OrderInvariants invariants = new OrderInvariants(opened, REQUESTS, SENT);

        assertThat(invariants.violations()).isEmpty();
        assertThat(invariants.hold()).isTrue();
        assertThat(invariants).hasToString("orders=3 fulfilled=2 refunded=1 told=2 stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            shop     | UPDATE customer SET balance = balance + 7 WHERE id = 'c-2'                                          | stock=conserved points=conserved money=lost lost=0 duplicate_effects=1 out_of_order=0
            shop     | DELETE FROM payment WHERE kind = 'REFUND'; UPDATE customer SET balance = balance - 7 WHERE id = 'c-2'  | stock=conserved points=conserved money=lost lost=1 duplicate_effects=0 out_of_order=0
            shop     | ALTER TABLE payment DROP CONSTRAINT order_is_booked_once; INSERT INTO payment (order_id, customer, kind, amount) VALUES ('o-3', 'c-2', 'REFUND', 7); UPDATE customer SET balance = balance + 7 WHERE id = 'c-2' | money=lost lost=1 duplicate_effects=1 out_of_order=0
            shop     | UPDATE customer_order SET status = 'PAID', ended_at = NULL WHERE id = 'o-1'                          | fulfilled=1 refunded=1 told=2 stock=lost points=lost money=lost lost=1 duplicate_effects=0 out_of_order=0
            stock    | UPDATE product SET available = available - 1 WHERE id = 'p-1'                                        | stock=lost points=conserved money=conserved lost=0 duplicate_effects=1 out_of_order=0
            stock    | UPDATE deduction SET state = 'DEDUCTED', reason = NULL WHERE order_id = 'o-3'                        | lost=1 duplicate_effects=1 out_of_order=0
            stock    | ALTER TABLE product DROP CONSTRAINT available_is_not_negative; UPDATE deduction SET state = 'DEDUCTED', reason = NULL WHERE order_id = 'o-3'; UPDATE product SET available = -1 WHERE id = 'p-scarce' | stock=lost points=conserved money=conserved lost=1 duplicate_effects=0 out_of_order=0
            stock    | DELETE FROM deduction WHERE order_id = 'o-1'; UPDATE product SET available = available + 2 WHERE id = 'p-1' | stock=lost points=conserved money=conserved lost=1 duplicate_effects=0 out_of_order=0
            stock    | UPDATE deduction SET order_id = 'o-x' WHERE order_id = 'o-1'; UPDATE deduction SET order_id = 'o-1', product = 'p-1', quantity = 2 WHERE order_id = 'o-2'; UPDATE deduction SET order_id = 'o-2', product = 'p-scarce', quantity = 1 WHERE order_id = 'o-x' | lost=0 duplicate_effects=0 out_of_order=1
            points   | UPDATE points_account SET points = 7 WHERE id = 'c-2'                                                | stock=conserved points=lost money=conserved lost=0 duplicate_effects=1 out_of_order=0
            points   | DELETE FROM point_entry WHERE kind = 'TAKEN_BACK'; UPDATE points_account SET points = 7 WHERE id = 'c-2' | points=lost money=conserved lost=1 duplicate_effects=0 out_of_order=0
            points   | ALTER TABLE point_entry DROP CONSTRAINT order_is_booked_once; INSERT INTO point_entry (order_id, customer, kind, points) VALUES ('o-2', 'c-1', 'ADDED', 5); UPDATE points_account SET points = 20 WHERE id = 'c-1' | points=lost money=conserved lost=1 duplicate_effects=1 out_of_order=0
            points   | UPDATE order_points SET state = 'ADDED' WHERE order_id = 'o-3'                                       | lost=1 duplicate_effects=0 out_of_order=0
            outbound | UPDATE outbound_order SET state = 'CREATED' WHERE order_id = 'o-3'                                   | lost=1 duplicate_effects=0 out_of_order=0
            outbound | DELETE FROM warehouse_message WHERE order_id = 'o-1'; DELETE FROM outbound_order WHERE order_id = 'o-1' | lost=1 duplicate_effects=0 out_of_order=0
            outbound | ALTER TABLE warehouse_message DROP CONSTRAINT warehouse_is_told_once; INSERT INTO warehouse_message (order_id, message_id) VALUES ('o-2', 'm-3') | lost=0 duplicate_effects=1 out_of_order=0
            outbound | INSERT INTO dead_letter (origin, consumer, message_id, topic, topic_partition, topic_offset, headers, attempts, error_class, error_message, first_failed_at) VALUES ('INBOX', 'c', 'm', 't', 0, 0, '{}', 1, 'e', 'm', now()) | lost=1 duplicate_effects=0 out_of_order=0
            stock    | INSERT INTO outbox_message (destination, type, payload) VALUES ('stock.deducted', 'stock.deducted', '') | lost=1 duplicate_effects=0 out_of_order=0
            """)
    void wrongEndStateIsCaught(String service, String mutant, String lastLine) {
        (switch (service) {
            case "shop" -> opened.shop();
            case "stock" -> opened.stock();
            case "points" -> opened.points();
            default -> opened.outbound();
        }).update(mutant);

        assertCaught(SENT, lastLine);
    }

    @Test
    void warehouseThatIsNotToldOrToldTwiceOrToldOfARefundedOrderIsCaught() {
        assertCaught(Map.of("m-1", "o-1"), "told=1 stock=conserved points=conserved money=conserved lost=1 duplicate_effects=0 out_of_order=0");
        assertCaught(Map.of("m-1", "o-1", "m-2", "o-2", "m-3", "o-2"), "lost=0 duplicate_effects=1 out_of_order=0");
        assertCaught(Map.of("m-1", "o-1", "m-2", "o-2", "m-3", "o-3"), "told=3 stock=conserved points=conserved money=conserved lost=1 duplicate_effects=0 out_of_order=0");
    }

    private void assertCaught(Map<String, String> sent, String lastLine) {
        OrderInvariants invariants = new OrderInvariants(opened, REQUESTS, sent);

        assertThat(invariants.hold()).isFalse();
        assertThat(invariants.violations()).isNotEmpty();
        assertThat(invariants.toString()).endsWith(lastLine);
    }
}
