package demo;

import java.util.Arrays;
import java.util.stream.Stream;

/** The files of routes/ that an XA process runs, whoever asks it to move money. */
public final class XaRoutes {

    private static final String[] MOVE_MONEY = {"xa-move-money.camel.yaml", "bank-a-check-request.camel.yaml", "bank-a-book-transfer.camel.yaml",
            "bank-a-end-transfer.camel.yaml", "bank-a-tell-settled.camel.yaml", "bank-b-book-credit.camel.yaml"};

    private XaRoutes() {
    }

    /** These and others. */
    public static String[] with(String... others) {
        return Stream.of(others, MOVE_MONEY).flatMap(Arrays::stream).toArray(String[]::new);
    }
}
