import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CPU time of the processes of this machine, by what they are: where the limit of a figure lies. */
record Cpu(Map<String, Duration> used) {

    private static final Pattern ROUTES = Pattern.compile("([\\w-]+)\\.camel\\.yaml");

    static Cpu now() {
        Map<String, Duration> used = new TreeMap<>();
        ProcessHandle.allProcesses().forEach(process -> {
            String name = name(process);
            if (name != null) {
                used.merge(name, process.info().totalCpuDuration().orElse(Duration.ZERO).plus(ofEndedChildren(process)), Duration::plus);
            }
        });
        return new Cpu(used);
    }

    /** null for what is none of the bench's. */
    private static String name(ProcessHandle process) {
        String command = process.info().command().orElse("");
        if (command.endsWith("/postgres")) {
            return "PostgreSQL";
        }
        String arguments = arguments(process);
        Matcher routes = ROUTES.matcher(arguments);
        return arguments.contains("kafka.Kafka") ? "Kafka" : routes.find() ? routes.group(1) : process.equals(ProcessHandle.current()) ? "clients" : null;
    }

    /** A session of PostgreSQL is a process, and ends with its connection. */
    private static Duration ofEndedChildren(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            // behind the name, which may hold spaces: fields 16 and 17 of proc(5), hundredths of a second
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Duration.ofMillis(10 * (Long.parseLong(fields[13]) + Long.parseLong(fields[14])));
        } catch (IOException e) {
            return Duration.ZERO;
        }
    }

    /** Java tells none of a command line of more than 4,096 characters, which a class path is; Linux does. */
    private static String arguments(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1).replace('\0', ' ');
        } catch (IOException e) {
            return process.info().commandLine().orElse("");
        }
    }

    Duration of(String name) {
        return used.getOrDefault(name, Duration.ZERO);
    }

    /** Milliseconds of each since then, for each of so many, the most first. */
    String since(Cpu then, int each) {
        StringBuilder text = new StringBuilder();
        used.entrySet().stream().map(one -> Map.entry(one.getKey(), one.getValue().minus(then.of(one.getKey())).toMillis() / (double) each))
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(one -> text.append(text.isEmpty() ? "" : ", ").append("%s %.2f".formatted(one.getKey(), one.getValue())));
        return text.toString();
    }
}
