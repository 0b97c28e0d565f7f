import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the measurement that is named, with its options, or all of them but the quick one, and keeps their figures in {@code bench/results}. */
public final class Run {

    private static final Map<String, Scenario> SCENARIOS = new LinkedHashMap<>();

    static {
        SCENARIOS.put("quick", new Quick());
        SCENARIOS.put("Ceilings", new Ceilings());
        SCENARIOS.put("Costs", new Costs());
        SCENARIOS.put("Drain", new Drain());
        SCENARIOS.put("Receive", new Receive());
        SCENARIOS.put("Keys", new Keys());
        SCENARIOS.put("Models", Models::run);
        SCENARIOS.put("Transfer", new Transfer());
        SCENARIOS.put("Latency", Latency::run);
        SCENARIOS.put("Closed", new Closed());
        SCENARIOS.put("Snapshot", new Snapshot());
        SCENARIOS.put("Peers", new Peers());
    }

    public static void main(String[] arguments) {
        List<String> names = arguments.length > 0 ? List.of(arguments[0]) : SCENARIOS.keySet().stream().filter(name -> !name.equals("quick")).toList();
        if (!SCENARIOS.containsKey(names.get(0))) {
            System.err.println(names.get(0) + " is none of the measurements: nothing was measured. There are " + String.join(", ", SCENARIOS.keySet()) + ".");
            System.exit(2);
        }
        List<String> options = List.of(arguments).subList(Math.min(1, arguments.length), arguments.length);
        try {
            for (String name : names) {
                Results results = new Results(name, options);
                SCENARIOS.get(name).run(results);
                results.keep();
            }
        } catch (Exception e) {
            e.printStackTrace();
            // clients and consumers of the measurement that has failed are still running
            System.exit(1);
        }
        System.exit(0);
    }

    private Run() {
    }
}
