package model;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import harness.Database;
import harness.Java;

/** The shipped statements, or a variant of them, with parameters by name as camel-jdbc and camel-sql have them. */
final class Statements {

    private static final Pattern PARAMETER = Pattern.compile(":[?#](?:\\$\\{exchangeProperty\\.inbox(?:Message|Parked)\\.(\\w+)}|(\\w+))|\\?");

    /** How often a statement has done or found something: what no history reaches is not proven. */
    static final Map<String, Integer> EFFECTIVE = new ConcurrentSkipListMap<>();

    private final Map<String, String> edited = new HashMap<>();
    private final Map<String, Parsed> parsed = new HashMap<>();

    /** In a file a text that is there exactly once is another one. */
    Statements edit(String name, String old, String now) {
        String text = text(name);
        if (text.indexOf(old) < 0 || text.indexOf(old) != text.lastIndexOf(old)) {
            throw new IllegalStateException(name + " does not have this exactly once, so there is no mutant: " + old);
        }
        return replace(name, text.replace(old, now));
    }

    Statements replace(String name, String text) {
        edited.put(name, text);
        return this;
    }

    /** @return the rows, or one row with the number of changed rows as {@code count} */
    List<Map<String, Object>> run(Connection connection, String name, Function<String, Object> parameters) throws SQLException {
        Parsed statement = parsed.computeIfAbsent(name, file -> parse(text(file)));
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            for (int i = 0; i < statement.names().size(); i++) {
                prepared.setObject(i + 1, parameters.apply(statement.names().get(i)));
            }
            List<Map<String, Object>> rows = prepared.execute() ? Database.rows(prepared.getResultSet()) : List.of(Map.of("count", prepared.getUpdateCount()));
            boolean something = !rows.isEmpty() && rows.get(0).values().stream().noneMatch(value -> value == null || value.equals(0) || value.equals(0L));
            EFFECTIVE.merge(name, something || rows.size() > 1 || !rows.isEmpty() && rows.get(0).size() > 1 ? 1 : 0, Integer::sum);
            return rows;
        } catch (SQLException e) {
            throw new SQLException(name + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }

    /** A statement whose parameters have no names. */
    List<Map<String, Object>> run(Connection connection, String name, List<Object> parameters) throws SQLException {
        Iterator<Object> next = parameters.iterator();
        return run(connection, name, number -> next.next());
    }

    private String text(String name) {
        return edited.computeIfAbsent(name, file -> {
            try {
                return Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/" + file + ".sql"));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Parsed parse(String text) {
        List<String> names = new ArrayList<>();
        Matcher matcher = PARAMETER.matcher(text);
        String sql = matcher.replaceAll(match -> {
            names.add(match.group(1) != null ? match.group(1) : String.valueOf(match.group(2)));
            return "?";
        });
        return new Parsed(sql, names);
    }

    private record Parsed(String sql, List<String> names) {
    }
}
