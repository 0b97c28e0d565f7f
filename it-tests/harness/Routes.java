package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/** Route files as shipped, run in this JVM: for claims that need no kill. */
public final class Routes implements AutoCloseable {

    private static final Pattern PROVIDED = Pattern.compile("from:\\s+uri: direct:([\\w-]+)");
    private static final Pattern CALLED = Pattern.compile("direct:([\\w-]+)|name: (?:inboxHandler|sagaEnd)\\s+value: ([\\w-]+)");

    private final Main main;
    private final Failures failures;

    private Routes(Main main, Failures failures) {
        this.main = main;
        this.failures = failures;
    }

    /** Starts files of {@code routes/} with some settings other than the defaults. */
    public static Routes start(Map<String, String> settings, String... files) {
        Main main = prepared(settings, files);
        Failures failures = new Failures();
        main.bind("failures", failures);
        try {
            main.start();
        } catch (RuntimeException e) {
            main.stop();
            throw e;
        }
        return new Routes(main, failures);
    }

    /** The same, not started. */
    public static Main prepared(Map<String, String> settings, String... files) {
        List<String> arguments = new ArrayList<>();
        for (String file : files) {
            arguments.add(file.startsWith("/") ? file : "routes/" + file);
        }
        Map<String, String> all = new LinkedHashMap<>();
        for (String database : Planted.DATABASES) {
            String password = "database." + database + ".password";
            all.put(password, Planted.secret(password));
        }
        all.putAll(settings);
        all.forEach((key, value) -> arguments.add(key + "=" + value));
        return RunRoutes.prepare(new MainOfThread(), arguments.toArray(String[]::new));
    }

    /** The names of the route files in {@code routes/} that match a regular expression, sorted. */
    public static List<String> files(String pattern) {
        return files(Java.root().resolve("routes"), pattern);
    }

    static List<String> files(Path folder, String pattern) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(file -> file.endsWith(".camel.yaml") && file.matches(pattern)).sorted().toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file of {@code routes/} and all that its routes call, one after the other: what runs together. Where several files have what is called, it is the first of them. */
    public static Set<String> called(String file) {
        return called(file, Set.of());
    }

    /** The same; where several files have what is called, it is the one that is chosen. */
    public static Set<String> called(String file, Set<String> chosen) {
        Map<String, String> providers = new HashMap<>();
        for (String each : files(".*")) {
            PROVIDED.matcher(text(each)).results().forEach(provided -> providers.merge(provided.group(1), each, (one, other) -> chosen.contains(other) ? other : one));
        }
        Set<String> called = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(file));
        while (!next.isEmpty()) {
            String each = next.poll();
            if (called.add(each)) {
                CALLED.matcher(text(each)).results().map(call -> providers.get(call.group(1) == null ? call.group(2) : call.group(1))).forEach(next::add);
            }
        }
        return called;
    }

    private static String text(String file) {
        try {
            return Files.readString(Java.root().resolve("routes").resolve(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public CamelContext context() {
        return main.getCamelContext();
    }

    /** How often an exchange has failed or has been tried again. */
    public int failures() {
        return failures.count.get();
    }

    /** Ends them, and looks whether they have told what they should not. */
    @Override
    public void close() {
        List<String> urls = Planted.DATABASES.stream().map(name -> context().getPropertiesComponent()
                .resolveProperty("database." + name + ".url").orElse("")).filter(url -> url.startsWith(Servers.postgresUrl())).distinct().toList();
        main.stop();
        Planted.checkLog();
        urls.forEach(url -> Planted.check(new Database(url)));
    }

    /** Takes resources and plug-ins from the class loader of its thread, as a container's context does. */
    private static final class MainOfThread extends Main {

        @Override
        protected CamelContext createCamelContext() {
            CamelContext context = super.createCamelContext();
            context.setApplicationContextClassLoader(Thread.currentThread().getContextClassLoader());
            return context;
        }
    }

    private static final class Failures extends EventNotifierSupport {

        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void notify(CamelEvent event) {
            if (event instanceof CamelEvent.ExchangeFailedEvent || event instanceof CamelEvent.ExchangeRedeliveryEvent) {
                count.incrementAndGet();
            }
        }
    }
}
