package model;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.lifecycle.PropertyExecutionResult;

/**
 * Leaves moves out of a history that fails until none can be left out any more. jqwik would do so on a thread that it does not end when the
 * time for it is over, and that takes a processor and gigabytes until its JVM ends.
 */
final class Shortest {

    /** Plays a history on a new database. */
    interface Player {
        void play(List<Move> history) throws Exception;
    }

    private static Player player;

    private Shortest() {
    }

    static void play(List<Move> history, Player by) throws Exception {
        player = by;
        by.play(history);
    }

    /** The shortest history of a property that has failed, with its length and that of the first one. */
    @SuppressWarnings("unchecked")
    static String of(PropertyExecutionResult result, String words) {
        List<Move> original = (List<Move>) result.originalSample().orElseThrow().parameters().get(0);
        List<Move> shortest = of(original, words);
        return original.size() + " moves, shrunk to " + shortest.size() + ": " + shortest;
    }

    /**
     * @param history fails with a violation when it is played, not null
     * @return        a part of it that fails with one of the same kind, and none of whose moves can be left out; not null
     */
    private static List<Move> of(List<Move> history, String words) {
        List<Move> shortest = history;
        for (int length = Math.max(1, history.size() / 2); length > 0;) {
            int before = shortest.size();
            for (int at = 0; at < shortest.size();) {
                List<Move> shorter = new ArrayList<>(shortest);
                shorter.subList(at, Math.min(shorter.size(), at + length)).clear();
                if (fails(shorter, words)) {
                    shortest = shorter;
                } else {
                    at += length;
                }
            }
            length = length > 1 ? length / 2 : shortest.size() < before ? 1 : 0;
        }
        return shortest;
    }

    private static boolean fails(List<Move> history, String words) {
        try {
            player.play(history);
            return false;
        } catch (Violation e) {
            return e.getMessage().contains(words);
        } catch (Exception e) {
            // another failure, for example a constraint that sees what a broken statement has done: not the one that is looked for
            return false;
        }
    }
}
