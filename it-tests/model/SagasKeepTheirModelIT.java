package model;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Whatever participants answer, in any order, twice, late or never, and whoever crashes: a saga is done wholly, or not at all. */
class SagasKeepTheirModelIT {

    @Property(tries = 1_000_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    @AddLifecycleHook(Limits.class)
    void everySagaEndsWhollyDoneOrWhollyUndone(@ForAll("histories") List<Move> history) throws Exception {
        Shortest.play(history, moves -> Limits.count(SagaHistory.play(new Statements(), moves)));
    }

    @Provide
    Arbitrary<List<Move>> histories() {
        return Histories.ofSagas();
    }
}
