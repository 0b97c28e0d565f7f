package demo;

import java.util.List;
import java.util.stream.Stream;

import harness.Routes;

/** The files of routes/ that an XA process runs, whoever asks it to move money. */
public final class XaRoutes {

    private static final List<String> MOVE_MONEY = Routes.called("xa-transfer.camel.yaml").stream().skip(1).toList();

    private XaRoutes() {
    }

    /** These and others. */
    public static String[] with(String... others) {
        return Stream.concat(Stream.of(others), MOVE_MONEY.stream()).toArray(String[]::new);
    }
}
