package example;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the README asks of {@code psql}, by JDBC: {@code psql postgresql://… -v ON_ERROR_STOP=1 [-f file | -c statement]…}, or statements from the input. */
final class PsqlStandIn {

    private PsqlStandIn() {
    }

    public static void main(String[] arguments) throws Exception {
        Matcher address = Pattern.compile("postgresql://(\\w+)(?::([^@]*))?@(\\S+)").matcher(arguments[0]);
        if (!address.matches()) {
            throw new IllegalArgumentException(arguments[0]);
        }
        String password = address.group(2) == null ? "" : address.group(2);
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + address.group(3), address.group(1), password);
                Statement statement = connection.createStatement()) {
            boolean told = false;
            for (int i = 1; i < arguments.length; i += 2) {
                switch (arguments[i]) {
                    case "-f" -> statement.execute(Files.readString(Path.of(arguments[i + 1])));
                    case "-c" -> statement.execute(arguments[i + 1]);
                    case "-v" -> {
                        continue;
                    }
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
                told = true;
            }
            if (!told) {
                // one after the other, as psql does it: a database is made outside a transaction
                for (String each : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split(";\\s*\n")) {
                    statement.execute(each);
                }
            }
        }
    }
}
