package harness;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/**
 * Secrets and data of customers that tests plant: passwords of every process, a text in every payload. Whatever the tests start is looked
 * through when it ends: none of them may stand in a log, a word about a failure, an alert or an answer.
 */
public final class Planted {

    /** What all of them begin with. */
    public static final String MARK = "planted4c1f";
    /** A text for payloads. */
    public static final String PAYLOAD = MARK + "payload";

    /** Databases of the examples, as the settings name them. */
    static final List<String> DATABASES = List.of("bank-a", "bank-b", "notifier", "messages", "shop", "stock", "points", "outbound");

    private static final int SHOWN = 200;
    private static final Queue<String> LOGGED = new ConcurrentLinkedQueue<>();

    static {
        Watcher watcher = new Watcher();
        watcher.start();
        LoggerContext.getContext(false).getConfiguration().getRootLogger().addAppender(watcher, null, null);
        ((org.apache.logging.log4j.core.Logger) LogManager.getRootLogger()).getContext().updateLoggers();
    }

    private Planted() {
    }

    /** A secret of the setting, for example a password. */
    public static String secret(String setting) {
        return MARK + setting;
    }

    /** @throws AssertionError if the text has something planted in it */
    public static void check(String where, String text) {
        int found = text == null ? -1 : text.indexOf(MARK);
        if (found >= 0) {
            throw new AssertionError(where + " tells what was planted: " + text.substring(Math.max(0, found - SHOWN), Math.min(text.length(), found + SHOWN)));
        }
    }

    /** What this JVM has logged since the last look. */
    static void checkLog() {
        for (String line = LOGGED.poll(); line != null; line = LOGGED.poll()) {
            check("the log", line);
        }
    }

    /** Every text in a database of the pack that is not the message itself: its payload, key, headers and identity. */
    static void check(Database database) {
        List<String> columns = database.rows("""
                SELECT format('SELECT left(%1$I::text, 2000) AS told FROM %2$I WHERE position(%3$L IN %1$I::text) > 0 LIMIT 1', column_name, table_name, ?::text) AS look
                FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND data_type IN ('text', 'jsonb', 'character varying')
                  AND column_name NOT IN ('headers', 'message_key', 'message_id', 'source', 'data')""", MARK).stream().map(row -> (String) row.get("look")).toList();
        for (String look : columns) {
            database.rows(look).forEach(row -> check(database.url() + ", " + look, (String) row.get("told")));
        }
    }

    private static final class Watcher extends AbstractAppender {

        Watcher() {
            super("planted", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            String line = event.getMessage().getFormattedMessage();
            if (line != null && line.contains(MARK)) {
                LOGGED.add(event.getLoggerName() + ": " + line);
            }
            for (Throwable cause = event.getThrown(); cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
                if (String.valueOf(cause.getMessage()).contains(MARK)) {
                    LOGGED.add(event.getLoggerName() + ": " + cause);
                    break;
                }
            }
        }
    }
}
