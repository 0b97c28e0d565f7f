package model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import org.opentest4j.TestAbortedException;

/** What jqwik has made shorter, until no move can be left out any more. */
final class Shortest {

    /** Plays a history on a new database. */
    interface Player {
        void play(List<Move> history) throws Exception;
    }

    /** Of the property that runs, on its thread. jqwik shrinks on another one, and does not end that when the time for it is over. */
    private static Player player;
    private static Thread thread;
    private static volatile Thread shrinker;
    private static final Set<Thread> OVER = ConcurrentHashMap.newKeySet();

    private Shortest() {
    }

    /** Runs a property on this thread. */
    static PropertyExecutionResult execute(PropertyExecutor property) {
        thread = Thread.currentThread();
        shrinker = null;
        PropertyExecutionResult result = property.execute();
        if (shrinker != null) {
            OVER.add(shrinker);
        }
        return result;
    }

    static void play(List<Move> history, Player by) throws Exception {
        if (Thread.currentThread() == thread) {
            player = by;
        } else if (OVER.contains(Thread.currentThread())) {
            throw new TestAbortedException("nobody waits for this any more");
        } else {
            shrinker = Thread.currentThread();
        }
        by.play(history);
    }

    /** The shortest history of a property that has failed, with its length and that of the first one. */
    @SuppressWarnings("unchecked")
    static String of(PropertyExecutionResult result, String words) {
        List<Move> original = (List<Move>) result.originalSample().orElseThrow().parameters().get(0);
        List<Move> shrunk = (List<Move>) result.falsifiedParameters().orElseThrow().get(0);
        List<Move> shortest = of(shrunk, words);
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
            throw new IllegalStateException(e);
        }
    }
}
