package model;

import java.util.List;

import model.Move.Kind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Random histories. */
final class Histories {

    private Histories() {
    }

    static Arbitrary<List<Move>> ofOutbox() {
        return of(Arbitraries.frequency(Tuple.of(30, Kind.STEP), Tuple.of(15, Kind.RUN), Tuple.of(20, Kind.INSERT), Tuple.of(6, Kind.END),
                Tuple.of(3, Kind.CRASH), Tuple.of(8, Kind.TOPIC), Tuple.of(1, Kind.BROKER), Tuple.of(9, Kind.PASS), Tuple.of(2, Kind.REPLAY),
                Tuple.of(1, Kind.DISCARD), Tuple.of(2, Kind.RETAIN), Tuple.of(1, Kind.DELETE), Tuple.of(1, Kind.RESTART)));
    }

    static Arbitrary<List<Move>> ofInbox() {
        return of(Arbitraries.frequency(Tuple.of(30, Kind.STEP), Tuple.of(12, Kind.RUN), Tuple.of(20, Kind.PRODUCE), Tuple.of(4, Kind.REPEAT),
                Tuple.of(3, Kind.CRASH), Tuple.of(6, Kind.PASS), Tuple.of(4, Kind.REPLAY), Tuple.of(1, Kind.DISCARD), Tuple.of(1, Kind.DELETE),
                Tuple.of(2, Kind.RETAIN)));
    }

    static Arbitrary<List<Move>> ofSagas() {
        return of(Arbitraries.frequency(Tuple.of(30, Kind.STEP), Tuple.of(25, Kind.RUN), Tuple.of(20, Kind.PRODUCE), Tuple.of(5, Kind.REPEAT),
                Tuple.of(2, Kind.CRASH), Tuple.of(7, Kind.PASS), Tuple.of(3, Kind.REPLAY)));
    }

    private static Arbitrary<List<Move>> of(Arbitrary<Kind> kinds) {
        return Combinators.combine(kinds, upTo(3), upTo(11), upTo(19)).as(Move::new).list().ofMinSize(1).ofMaxSize(100)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    private static Arbitrary<Integer> upTo(int most) {
        return Arbitraries.integers().between(0, most).withDistribution(RandomDistribution.uniform());
    }
}
