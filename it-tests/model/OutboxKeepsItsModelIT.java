package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Whatever relays, retries, writers, brokers and crashes do in any order, the outbox does what its model does. */
class OutboxKeepsItsModelIT {

    @Property(tries = 1_000_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @AddLifecycleHook(Limits.class)
    void noHistoryLosesRepeatsOrReordersAMessage(@ForAll("histories") List<Move> history, @ForAll boolean archive) throws Exception {
        Shortest.play(history, moves -> Limits.count(OutboxHistory.play(new Statements(), archive, moves)));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofOutbox();
    }
}
