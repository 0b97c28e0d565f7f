package io.reliableroutes.database;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;

import org.postgresql.core.BaseConnection;
import org.postgresql.core.CachedQuery;

/**
 * A prepared statement that knows by itself how many parameters it has. Camel asks before each execution. The driver would ask the server, about
 * a statement whose parameters have no types yet, and forget the one that is prepared: it would be parsed each time, and answer in text.
 */
final class CountedStatement {

    private CountedStatement() {
    }

    static PreparedStatement of(BaseConnection connection, String sql) throws SQLException {
        int parameters = count(connection, sql);
        PreparedStatement statement = connection.prepareStatement(sql);
        return PostgresDriver.proxy(PreparedStatement.class, (proxy, method, arguments) -> method.getName().equals("getParameterMetaData")
                ? metaData(statement, parameters) : PostgresDriver.invoke(statement, method, arguments));
    }

    private static ParameterMetaData metaData(PreparedStatement statement, int parameters) {
        return PostgresDriver.proxy(ParameterMetaData.class, (proxy, method, arguments) -> method.getName().equals("getParameterCount")
                ? parameters : PostgresDriver.invoke(statement.getParameterMetaData(), method, arguments));
    }

    /** As the driver divides the text, which it keeps for the statement. */
    private static int count(BaseConnection connection, String sql) throws SQLException {
        CachedQuery query = connection.getQueryExecutor().borrowQuery(sql);
        try {
            return query.query.createParameterList().getParameterCount();
        } finally {
            connection.getQueryExecutor().releaseQuery(query);
        }
    }
}
