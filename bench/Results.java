import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import harness.Java;

/** The figures of a measurement: printed when they are there, and kept at its end as JSON, as a table and as a chart. */
final class Results {

    private final String name;
    private final List<String> options;
    private final Map<String, String> machine = Machine.now();
    private final List<Figure> figures = new ArrayList<>();
    private final long begun = System.nanoTime();

    /**
     * @param name    of the measurement, and of its files, not null
     * @param options what stands behind it in the command, not null
     */
    Results(String name, List<String> options) {
        this.name = name;
        this.options = options;
        machine.put("load at the start", Machine.load());
        System.out.printf("%n%s: %s%n", name, text());
    }

    /**
     * @param  what   what is measured, not null
     * @param  unit   of the figures, for example {@code rows/s}, not null
     * @param  rounds the figure of each round, at least one
     * @return        the middle one
     */
    double add(String what, String unit, double... rounds) {
        return add(new Figure(what, unit, rounds, ""));
    }

    /** Beside it stands what it has cost, or what it is to be read with. */
    double add(String what, String unit, String beside, double... rounds) {
        return add(new Figure(what, unit, rounds, beside));
    }

    private double add(Figure figure) {
        figures.add(figure);
        System.out.println("  " + figure.text());
        return figure.median();
    }

    /** @param of the two rates, the second is what is compared with; not 0 */
    double ratio(String what, double of, double to) {
        return add(what, "ratio", of / to);
    }

    List<String> options() {
        return options;
    }

    private String command() {
        return "bench/run " + name + options.stream().map(option -> " " + option).collect(Collectors.joining());
    }

    private String text() {
        return String.join(", ", machine.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).toList());
    }

    /** Writes the files, at the end of a measurement that has not failed. */
    void keep() throws IOException {
        machine.put("load at the end", Machine.load());
        machine.put("took", (System.nanoTime() - begun) / 1_000_000_000 + " s");
        Path folder = Files.createDirectories(Java.root().resolve("bench/results"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command());
        json.put("machine", machine);
        json.put("figures", figures);
        Files.writeString(folder.resolve(name + ".json"), new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        StringBuilder table = new StringBuilder("# `" + command() + "`\n\n" + text() + "\n\n| what | median | lowest | highest | rounds | |\n| --- | --- | --- | --- | --- | --- |\n");
        figures.forEach(figure -> table.append(figure.row()).append('\n'));
        Files.writeString(folder.resolve(name + ".md"), table);
        Files.writeString(folder.resolve(name + ".svg"), Chart.of(command(), figures));
    }

    /**
     * @param rounds one for each round, at least one
     * @param beside what is to be read with it, may be empty
     */
    record Figure(String what, String unit, double[] rounds, String beside) {

        double median() {
            double[] sorted = sorted();
            return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        }

        double lowest() {
            return sorted()[0];
        }

        double highest() {
            return sorted()[rounds.length - 1];
        }

        private double[] sorted() {
            return Arrays.stream(rounds).sorted().toArray();
        }

        String text() {
            return "%s: %s %s%s%s".formatted(what, number(median()), unit, rounds.length == 1 ? "" : " (%s to %s)".formatted(number(lowest()), number(highest())),
                    beside.isEmpty() ? "" : ", " + beside);
        }

        String row() {
            return "| %s | %s %s | %s | %s | %d | %s |".formatted(what, number(median()), unit, number(lowest()), number(highest()), rounds.length, beside);
        }

        /** Large ones without, small ones with so many digits that they can be compared. */
        static String number(double value) {
            return value == 0 ? "0" : String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.4f", value);
        }
    }
}
