package fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is wrong, by its kind: how often, and the first of it with the input that shows it. */
final class Violations {

    private static final int EXAMPLES = 3;

    private final Map<String, List<String>> byKind = new TreeMap<>();

    void add(String kind, Object example) {
        byKind.computeIfAbsent(kind, k -> new ArrayList<>()).add(String.valueOf(example));
    }

    int count() {
        return byKind.values().stream().mapToInt(List::size).sum();
    }

    /** A line for each kind. */
    List<String> lines() {
        return byKind.entrySet().stream().map(kind -> kind.getKey() + ", " + kind.getValue().size() + " times:"
                + String.join("", kind.getValue().stream().limit(EXAMPLES).map(example -> "\n    " + (example.length() > 900 ? example.substring(0, 900) + "…" : example)).toList())).toList();
    }
}
