import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.apache.camel.dsl.jbang.core.commands.CamelJBangMain;
import org.apache.camel.dsl.jbang.core.commands.Run;
import org.apache.camel.dsl.jbang.core.common.CommandLineHelper;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.KameletMain;
import org.apache.camel.main.MainListenerSupport;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.filter.AbstractFilter;
import picocli.CommandLine;

/**
 * Camel JBang's command line; its own class has no main method, for JBang scripts call it. A start that fails says why, in the words of what
 * failed and with nothing around them: what Camel, Kafka and Vert.x log meanwhile is shown when the start succeeds, but for the lists of all settings that
 * each client of Kafka logs. With
 * {@code --logging-level} everything is as Camel JBang has it, stack traces too.
 */
public final class CamelW {

    private CamelW() {
    }

    public static void main(String[] arguments) {
        if (arguments.length == 0 || !arguments[0].equals("run") || Arrays.stream(arguments).anyMatch(a -> a.startsWith("--logging-level"))) {
            CamelJBangMain.run(arguments);
            return;
        }
        System.setProperty("pid", String.valueOf(ProcessHandle.current().pid()));
        CamelJBangMain main = new CamelJBangMain();
        CommandLine camel = new CommandLine(main).addSubcommand("run", new CommandLine(new QuietRun(main)));
        CommandLineHelper.augmentWithUserConfiguration(camel);
        camel.setExecutionExceptionHandler((failure, command, parsed) -> {
            System.err.println(sentence(failure) + withoutThePack(arguments));
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        main.quit(camel.execute(arguments));
    }

    /** The line that helps where the failure may come from that: no class of the pack is there to say so. */
    private static String withoutThePack(String[] arguments) {
        List<String> settings = Arrays.stream(arguments).filter(argument -> argument.endsWith(".properties")).toList();
        if (settings.isEmpty()) {
            return "\nNo file of settings is on the command line: add application.properties, which names the pack too.";
        }
        for (String file : settings) {
            try {
                if (Files.readString(Path.of(file)).matches("(?s).*io.reliableroutes.*")) {
                    return "";
                }
            } catch (IOException | InvalidPathException e) {
                // the failure says so
            }
        }
        return Arrays.stream(arguments).anyMatch(argument -> argument.contains("io.reliableroutes")) ? "" : "\n" + String.join(", ", settings) + (settings.size() > 1
                ? " do" : " does") + " not name the pack, so its templates and Kamelets are not there: add the line camel.jbang.dependencies=mvn:io.reliableroutes:… "
                + "that docs/adapting.md begins with.";
    }

    /** A refusal of the pack says all; of other failures the first cause says what happened, and the last one often why. */
    private static String sentence(Throwable failure) {
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = failure; cause != null && reasons.size() < 20; cause = cause.getCause()) {
            if (cause.getClass().getName().equals("io.reliableroutes.support.ConfigurationException")) {
                return cause.getMessage();
            }
            reasons.add(cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage().strip());
        }
        String first = reasons.get(0);
        String last = reasons.get(reasons.size() - 1);
        return (first.contains(last) ? first : first + ": " + last) + "\nThe whole log, and where this comes from: camelw run --logging-level=info …";
    }

    /** Holds back what others than the pack log to the console, until all has started. */
    private static final class QuietRun extends Run {

        QuietRun(CamelJBangMain main) {
            super(main);
        }

        @Override
        protected int runKameletMain(KameletMain main) throws Exception {
            String taken = main.getInitialProperties().getProperty("camel.main.routesIncludePattern", "") + ",";
            for (String file : files) {
                if (file.endsWith(".camel.yaml") && Files.isRegularFile(Path.of(file)) && !taken.contains(":" + file + ",") && !taken.contains("**")) {
                    throw new IllegalArgumentException(file + " would be ignored: Camel JBang takes a file for one of routes by lines like - route: or - beans:, "
                            + "and nothing in this one would run. Add the line - beans: [] to it, or leave it out.");
                }
            }
            List<HeldLines> held = LoggerContext.getContext(false).getConfiguration().getAppenders().values().stream()
                    .filter(ConsoleAppender.class::isInstance).map(appender -> new HeldLines((ConsoleAppender) appender)).toList();
            main.addMainListener(new MainListenerSupport() {
                @Override
                public void afterStart(BaseMainSupport started) {
                    held.forEach(HeldLines::show);
                }
            });
            return super.runKameletMain(main);
        }
    }

    private static final class HeldLines extends AbstractFilter {

        private final ConsoleAppender console;
        private List<LogEvent> lines = new ArrayList<>();

        HeldLines(ConsoleAppender console) {
            this.console = console;
            console.addFilter(this);
        }

        @Override
        public synchronized Result filter(LogEvent event) {
            if (event.getLevel() == Level.INFO && event.getLoggerName().matches("org\\.apache\\.kafka\\.clients\\..*Config")) {
                // a page for each client: all of its settings
                return Result.DENY;
            }
            if (lines == null || event.getLoggerName().startsWith("io.reliableroutes.")) {
                return Result.NEUTRAL;
            }
            lines.add(event.toImmutable());
            return Result.DENY;
        }

        synchronized void show() {
            lines.forEach(console::append);
            lines = null;
        }
    }
}
