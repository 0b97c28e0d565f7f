package example;

import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo of the paid order, as {@link DemoIT} of transfers. */
class OrderDemoIT {

    @TempDir
    private Path folder;

    @Test
    @Tag("soak")
    void paidOrderHoldsItsInvariants() throws Exception {
        new DemoRun(folder).assertHolds("orders=20 fulfilled=16 refunded=4 told=16 stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0",
                "--example", "order", "--orders", "20");
    }

    @Test
    void paidOrderHoldsItsInvariantsWhileThingsAreKilled() throws Exception {
        DemoRun run = new DemoRun(folder);

        run.assertHolds("stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0", "--example", "order", "--orders", "50", "--chaos");

        run.assertKilledWhileCustomersWait("order-shop");
        run.assertKilledAtWork("order-shop", "Kafka", "order-stock, order-points, order-outbound");
    }
}
