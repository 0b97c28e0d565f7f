package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import harness.Java;

/**
 * What the pack can say when something is wrong, found in its sources: exceptions, incidents, and lines of log from WARN on. Of each the constant
 * beginning, to the first full stop or colon behind three words; … stands for a value.
 */
final class Messages {

    private static final String VALUE = "…";
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    /** An IllegalStateException is a fault of the pack itself. */
    private static final String CALL = "new (?!IllegalState)\\w+Exception\\(|LOG\\.(?:warn|error)\\(|CommitLog\\(\\)\\.write\\(|\\braise\\(";
    /** Where a class has a method or a variable of its own for it. */
    private static final Map<String, String> OWN = Map.of("RetrySettings.java", "\\brefuse\\(", "StartingPoint.java", "\\btell\\(", "JmsBrokerCheck.java",
            "String problem = ", "OutboxRecords.java", "(?<=[ {]{2})log\\(", "ServerCheck.java", "problem -> (?=server)", "BrokerCheck.java", "problem -> (?=broker)",
            "XaNodeLock.java", "return (?=\"xa)", "ReceivedMessage.java", "return (?=\"message|\"header)");
    private static final Pattern LINE_OF_A_ROUTE = Pattern.compile("(?:loggingLevel: (?:WARN|ERROR)\\s+message|name: (?:inbox|saga)Line\\s+simple): \"(.*)\"");
    private static final Pattern RAISED_BY_SQL = Pattern.compile("RAISE EXCEPTION '([^']+)'");
    private static final Pattern KIND_OF_SQL = Pattern.compile("SELECT '([A-Z_]+)',");
    private static final Pattern KIND_OF_A_ROUTE = Pattern.compile("method: failed\\(.*'([A-Z_]+)'");

    /** By text, where it is said. */
    final Map<String, String> texts = new TreeMap<>();
    /** Kinds of incidents. */
    final Set<String> kinds = new TreeSet<>();

    Messages() throws IOException {
        Path main = Java.root().resolve("src/main");
        for (Path file : files(main.resolve("java"), ".java")) {
            java(file.getFileName().toString(), Files.readString(file));
        }
        List<Path> routes = new ArrayList<>(files(main.resolve("resources/camel"), ".yaml"));
        routes.addAll(files(Java.root().resolve("routes"), ".yaml"));
        for (Path file : routes) {
            String yaml = Files.readString(file);
            LINE_OF_A_ROUTE.matcher(yaml).results().forEach(line -> add(file.getFileName().toString(),
                    line.group(1).replaceAll("\\$\\{[^}]*}|\\{\\{[^}]*}}", VALUE)));
            KIND_OF_A_ROUTE.matcher(yaml).results().forEach(kind -> kinds.add(kind.group(1)));
        }
        for (Path file : files(main.resolve("resources/sql"), ".sql")) {
            String sql = Files.readString(file);
            RAISED_BY_SQL.matcher(sql).results().forEach(raised -> add(file.getFileName().toString(), raised.group(1).replace("%", VALUE)));
            if (sql.contains("INTO incident")) {
                KIND_OF_SQL.matcher(sql).results().forEach(kind -> kinds.add(kind.group(1)));
            }
        }
    }

    private void java(String file, String source) {
        String calls = OWN.containsKey(file) ? CALL + "|" + OWN.get(file) : CALL;
        for (Matcher call = Pattern.compile(calls).matcher(source); call.find();) {
            List<String> arguments = arguments(source, call.end());
            if (!arguments.contains("\"INFO\"")) {
                // before the message stand only names and values
                arguments.stream().map(Messages::text).filter(text -> words(text) >= 3).findFirst().ifPresent(message -> add(file, message));
            }
            if (call.group().matches("raise\\(|tell\\(")) {
                arguments.stream().filter(argument -> argument.matches("\"?[A-Z_]{3,}\"?")).forEach(kind -> kinds.add(constant(source, kind)));
            }
        }
    }

    /** @param name of a constant, or a literal */
    private static String constant(String source, String name) {
        Matcher declared = Pattern.compile("String " + name + " = \"([A-Z_]+)\"").matcher(source);
        return declared.find() ? declared.group(1) : name.replace("\"", "");
    }

    private static List<String> arguments(String source, int start) {
        List<String> arguments = new ArrayList<>();
        int depth = 0;
        int from = start;
        Matcher literal = LITERAL.matcher(source);
        for (int at = start; depth >= 0; at++) {
            char here = source.charAt(at);
            if (here == '"' && literal.find(at)) {
                at = literal.end() - 1;
            } else if ("([{".indexOf(here) >= 0) {
                depth++;
            } else if (")]}".indexOf(here) >= 0 || here == ';' && depth == 0) {
                depth--;
            }
            if (depth < 0 || here == ',' && depth == 0) {
                arguments.add(source.substring(from, at).strip());
                from = at + 1;
            }
        }
        return arguments;
    }

    /** The constant parts of an argument, … for what is between them. */
    private static String text(String argument) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        Matcher part = Pattern.compile(LITERAL.pattern() + "|[()]|[^\"()+\\s]+").matcher(argument);
        while (part.find()) {
            depth += part.group().equals("(") ? 1 : part.group().equals(")") ? -1 : 0;
            if (part.group(1) != null && depth == 0) {
                text.append(part.group(1).translateEscapes());
            } else if (!text.toString().endsWith(VALUE)) {
                text.append(VALUE);
            }
        }
        return text.toString().replace("{}", VALUE);
    }

    private void add(String file, String text) {
        for (Matcher end = Pattern.compile("[:.] |[:.]?\\s*$").matcher(text); end.find();) {
            String beginning = text.substring(0, end.start()).strip();
            if (words(beginning) >= 3) {
                texts.merge(beginning, file, (one, other) -> one.equals(other) ? one : one + ", " + other);
                return;
            }
        }
    }

    private static int words(String text) {
        return (int) Pattern.compile("[A-Za-z]{2,}").matcher(text).results().count();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }
}
