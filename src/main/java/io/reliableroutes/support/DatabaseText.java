package io.reliableroutes.support;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;

/**
 * Text as a database takes it: the one place where text from outside is cleaned and cut. A character that the database's encoding lacks, a
 * NUL and half of a surrogate pair are written as {@code \}{@code u} and four hexadecimal digits, so different texts stay different.
 */
public final class DatabaseText {

    /** What every database takes. */
    public static final DatabaseText ASCII = new DatabaseText(StandardCharsets.US_ASCII);
    /** What a database takes whose encoding is UTF8. */
    public static final DatabaseText UTF8 = new DatabaseText(StandardCharsets.UTF_8);

    private final Charset encoding;

    private DatabaseText(Charset encoding) {
        this.encoding = encoding;
    }

    /**
     * @param  dataSource            bean name of a data source, not null; its database is asked once
     * @throws RuntimeCamelException if it cannot be reached: an outage
     */
    public static DatabaseText of(CamelContext context, String dataSource) {
        DataSource source = context.getRegistry().lookupByNameAndType(dataSource, DataSource.class);
        DatabaseText text = known(context).get(source);
        if (text == null) {
            text = ask(context, source, dataSource);
            known(context).put(source, text);
        }
        return text;
    }

    /** The same without a question: ASCII for null, and for a database that nobody has asked yet. */
    public static DatabaseText ofKnown(CamelContext context, DataSource source) {
        return source == null ? ASCII : known(context).getOrDefault(source, ASCII);
    }

    /** The same by the bean's name, which may be null; not null itself. */
    public static DatabaseText ofKnown(CamelContext context, String dataSource) {
        return dataSource == null ? ASCII : ofKnown(context, context.getRegistry().lookupByNameAndType(dataSource, DataSource.class));
    }

    private static DatabaseText ask(CamelContext context, DataSource source, String dataSource) {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, "show-encoding.sql"));
                ResultSet result = statement.executeQuery()) {
            result.next();
            return new DatabaseText(charset(result.getString(1)));
        } catch (SQLException e) {
            throw new RuntimeCamelException("the encoding of the database of " + dataSource + " is unknown: " + FailureText.message(e, 1000),
                    new SQLTransientConnectionException(e.getMessage(), e.getSQLState(), e));
        }
    }

    /** Java's name for PostgreSQL's; SQL_ASCII stores what it is given. */
    private static Charset charset(String name) {
        String known = name.equals("SQL_ASCII") ? "UTF8" : name.replaceFirst("^WIN(?=\\d)", "windows-").replaceFirst("^KOI8(?=[RU])", "KOI8-");
        try {
            return Charset.forName(known);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.US_ASCII;
        }
    }

    /** True if the database can store the text, which is not null, as it is. */
    public boolean holds(String text) {
        return text.indexOf('\0') < 0 && encoding.newEncoder().canEncode(text);
    }

    /**
     * @param  value text, bytes of UTF-8, or anything else, whose text is meant; may be null
     * @return       a text that the database can store, as long as it is; null for null
     */
    public String clean(Object value) {
        if (value == null) {
            return null;
        }
        String text = value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
        return holds(text) ? text : escaped(text);
    }

    private String escaped(String text) {
        StringBuilder clean = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            String character = Character.toString(point);
            if (holds(character)) {
                clean.append(character);
            } else {
                character.chars().forEach(unit -> clean.append("\\u%04x".formatted(unit)));
            }
        });
        return clean.toString();
    }

    /** The beginning of the same, of that many bytes of UTF-8 at most; null for null. */
    public String cut(Object value, int bytes) {
        if (value == null) {
            return null;
        }
        // no character has less than a byte
        String text = clean(value instanceof String whole ? whole.substring(0, Math.min(bytes, whole.length())) : value);
        int length = 0;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            int point = text.codePointAt(at);
            length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (length > bytes) {
                return text.substring(0, at);
            }
        }
        return text;
    }

    private static Known known(CamelContext context) {
        return PerContext.of(context, Known.class, Known::new);
    }

    private static final class Known extends ConcurrentHashMap<DataSource, DatabaseText> {
        private static final long serialVersionUID = 1;
    }
}
