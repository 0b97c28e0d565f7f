package example;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The demo of the paid order, as {@link DemoIT} of transfers. */
class OrderDemoIT {

    @TempDir
    private Path folder;

    @Test
    void paidOrderHoldsItsInvariants() throws Exception {
        new DemoRun(folder).assertHolds("orders=20 fulfilled=16 refunded=4 told=16 stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0",
                "--example", "order", "--orders", "20");
    }

    @Test
    void paidOrderHoldsItsInvariantsWhileThingsAreKilled() throws Exception {
        DemoRun run = new DemoRun(folder);

        run.assertHolds("stock=conserved points=conserved money=conserved lost=0 duplicate_effects=0 out_of_order=0", "--example", "order", "--orders", "50", "--chaos");

        // whoever is killed has work
        Map<String, List<Integer>> killed = Pattern.compile("answered (\\d+), ended (\\d+), told \\d+ of 50\n(?:The .*\n)?kill -9 (.*)").matcher(run.output()).results()
                .collect(Collectors.toMap(match -> match.group(3), match -> List.of(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)))));
        assertThat(killed).as(run.output()).containsOnlyKeys("order-shop", "Kafka", "order-stock, order-points, order-outbound");
        assertThat(killed.get("order-shop").get(0)).as("answered").isLessThan(50);
        assertThat(killed.values()).as("ended").allSatisfy(state -> assertThat(state.get(1)).isLessThan(50));
    }
}
