package saga;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import harness.Java;

/** A shipped statement with named parameters, run without Camel. */
final class Shipped {

    private static final Pattern PARAMETER = Pattern.compile(":#(\\w+)");

    private final String sql;
    private final List<String> names;

    Shipped(String file) {
        try {
            String text = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql").resolve(file)).replaceAll("(?m)^--.*$", "");
            names = PARAMETER.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
            sql = PARAMETER.matcher(text).replaceAll("?");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its first row. */
    Map<String, Object> run(Connection connection, Map<String, Object> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < names.size(); i++) {
                statement.setObject(i + 1, parameters.get(names.get(i)));
            }
            try (ResultSet rows = statement.executeQuery()) {
                Map<String, Object> row = new HashMap<>();
                for (boolean found = rows.next(); found && row.isEmpty();) {
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.put(rows.getMetaData().getColumnLabel(i), rows.getObject(i));
                    }
                }
                return row;
            }
        }
    }
}
