package mutants;

import java.sql.Connection;
import java.sql.SQLException;

import io.reliableroutes.database.LocalDataSource;

/** Connections as a database gives them whose default is REPEATABLE READ. */
public final class DefaultIsolation extends LocalDataSource {

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        } catch (SQLException e) {
            // its transaction has begun: it has that already
        }
        return connection;
    }
}
