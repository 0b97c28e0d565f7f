package faults;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A session on a host: it locks the row of table {@code held} with a number, may wait for the advisory lock of that number, and stays. */
final class LockingSession {

    private LockingSession() {
    }

    public static void main(String[] arguments) throws SQLException, InterruptedException {
        try (Connection connection = DriverManager.getConnection(arguments[0], "postgres", ""); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT id FROM held WHERE id = " + arguments[1] + " FOR UPDATE");
            if (!arguments[1].equals("0")) {
                statement.execute("SELECT pg_advisory_xact_lock(" + arguments[1] + ")");
            }
            Thread.currentThread().join();
        }
    }
}
