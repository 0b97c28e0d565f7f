package fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.http.base.HttpOperationFailedException;

/** What a handler can do to its receiver. */
enum Sabotage {

    OK(() -> null),
    EMPTY(() -> new IllegalStateException("")),
    BLANK(() -> new IllegalStateException(" \n")),
    NONE(IllegalStateException::new),
    HUGE(() -> new IllegalStateException("\ud83d\ude00".repeat(600_000))),
    NUL(() -> new IllegalStateException("a\0b")),
    SURROGATE(() -> new IllegalStateException("a\ud800")),
    CUT_SURROGATE(() -> new IllegalStateException("x".repeat(3_999) + "\ud83d\ude00")),
    CYCLE(Sabotage::cycle),
    DEEP(Sabotage::deep),
    SUPPRESSED(Sabotage::suppressed),
    TREACHEROUS(Treacherous::new),
    SILENT(Silent::new),
    THROWABLE(() -> new Throwable("no exception")),
    ASSERTION(AssertionError::new),
    MEMORY(() -> new OutOfMemoryError("not really")),
    STACK(StackOverflowError::new),
    NO_CLASS(() -> new NoClassDefFoundError("x/Y")),
    INITIALIZER(() -> new ExceptionInInitializerError((String) null)),
    INTERRUPTED(() -> new InterruptedException("not really")),
    CANCELLED(CancellationException::new),
    WRAPPED(() -> new RuntimeCamelException(new RuntimeCamelException(new IllegalArgumentException("within")))),
    INVALID(() -> new io.reliableroutes.InvalidMessageException("")),
    UNIQUE(() -> sql("23505")),
    SERIALIZATION(() -> sql("40001")),
    DEADLOCK(() -> sql("40P01")),
    UNTRANSLATABLE(() -> sql("22P05")),
    NO_TABLE(() -> sql("42P01")),
    ABORTED(() -> sql("25P02")),
    CANCELED_QUERY(() -> sql("57014")),
    LOCK(() -> sql("55P03")),
    NO_STATE(() -> sql(null)),
    EMPTY_STATE(() -> sql("")),
    SHORT_STATE(() -> sql("4")),
    ODD_STATE(() -> sql("\0\ud800")),
    BATCH(() -> new BatchUpdateException("", "23514", new int[0])),
    RECOVERABLE(() -> new SQLRecoverableException("", "99999")),
    HTTP_400(() -> http(400)),
    HTTP_409(() -> http(409)),
    HTTP_422(() -> http(422)),
    HTTP_500(() -> http(500)),
    HTTP_0(() -> http(0)),
    HTTP_NO_BODY(() -> new HttpOperationFailedException(null, 500, null, null, null, null)),
    STRIP(() -> new IllegalStateException("all headers are gone")),
    ROLLBACK(() -> null),
    DIVIDE(() -> null),
    SWALLOW(() -> null),
    STOP(() -> new IllegalStateException("and then it stops")),
    // these say that a server is away: the message waits, and they end after some times
    AWAY_08006(() -> sql("08006")),
    AWAY_53300(() -> sql("53300")),
    AWAY_57P01(() -> sql("57P01")),
    AWAY_25006(() -> sql("25006")),
    AWAY_SOCKET(() -> new UncheckedIOException(new SocketException(""))),
    AWAY_HOST(() -> new RuntimeCamelException(new UnknownHostException())),
    AWAY_TRANSIENT(() -> new SQLTransientConnectionException()),
    AWAY_503(() -> http(503)),
    AWAY_401(() -> http(401));

    private final Supplier<Throwable> failure;

    Sabotage(Supplier<Throwable> failure) {
        this.failure = failure;
    }

    boolean isOutage() {
        return name().startsWith("AWAY_");
    }

    void run(Exchange exchange) throws Throwable {
        switch (this) {
            case DIVIDE -> exchange.setVariable("act", "divide");
            case SWALLOW -> exchange.setVariable("act", "swallow");
            case ROLLBACK -> exchange.setRollbackOnly(true);
            case STRIP -> {
                exchange.getMessage().removeHeaders("*");
                exchange.getMessage().setBody(null);
            }
            default -> {
            }
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    private static SQLException sql(String state) {
        return new SQLException(state == null ? null : "state " + state, state);
    }

    private static HttpOperationFailedException http(int status) {
        return new HttpOperationFailedException("http://x/?password=y", status, "no", null, Map.of(), "body");
    }

    private static Throwable cycle() {
        IOException first = new IOException("first");
        IllegalStateException second = new IllegalStateException("second", first);
        first.initCause(second);
        return second;
    }

    private static Throwable deep() {
        Throwable failure = new IllegalStateException("the deepest");
        for (int i = 0; i < 3_000; i++) {
            failure = new Silent(failure);
        }
        return failure;
    }

    private static Throwable suppressed() {
        Throwable failure = new IllegalStateException("has one that it suppresses");
        Throwable other = new IllegalStateException("other", failure);
        failure.addSuppressed(other);
        return failure;
    }

    /** Fails itself when it is asked. */
    private static final class Treacherous extends RuntimeException {

        @Override
        public String getMessage() {
            throw new IllegalStateException("asked for the message");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("asked for its text");
        }
    }

    private static final class Silent extends RuntimeException {

        Silent() {
            this(null);
        }

        Silent(Throwable cause) {
            super(null, cause, false, false);
        }
    }
}
