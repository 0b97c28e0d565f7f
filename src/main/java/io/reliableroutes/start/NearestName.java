package io.reliableroutes.start;

import java.util.Collection;
import java.util.TreeSet;

/** Finds what somebody probably wanted to write. */
final class NearestName {

    /** Two changed letters are a slip; what is further away is another name. */
    static final int SLIP = 2;

    private NearestName() {
    }

    /**
     * @param  wrong a name that nobody knows, not null
     * @param  known names to choose from, not null
     * @return       the one that takes the fewest changes of a letter, of several the first in the alphabet, null if there is none
     */
    static String of(String wrong, Collection<String> known) {
        String nearest = null;
        for (String name : new TreeSet<>(known)) {
            if (nearest == null || distance(wrong, name) < distance(wrong, nearest)) {
                nearest = name;
            }
        }
        return nearest;
    }

    /** How many letters have to be put in, taken out, exchanged, or swapped with their neighbour, to make one text of the other. */
    static int distance(String one, String other) {
        int[][] costs = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    costs[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                costs[i][j] = Math.min(costs[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
                if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1)) {
                    costs[i][j] = Math.min(costs[i][j], costs[i - 2][j - 2] + 1);
                }
            }
        }
        return costs[one.length()][other.length()];
    }
}
