package io.reliableroutes.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.regex.Pattern;

import org.postgresql.Driver;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * PostgreSQL's driver, whose commit fails if nothing is committed. After a statement that has failed, the server answers COMMIT and PREPARE
 * TRANSACTION with a rollback and no error, and the driver says nothing: a route that has swallowed the error would go on as if its work,
 * its inbox key and its messages were there. Its statements are {@link CountedStatement}s.
 */
public class PostgresDriver extends Driver {

    private static final String SERVER = "(?:\\[[^]/?@]*]|[^:,/?@\\[\\]]*)(?::\\d{1,5})?";
    /** The driver itself takes {@code user:password@host} for a host, and shows the password where that is unknown. */
    private static final Pattern URL = Pattern.compile("jdbc:postgresql:(?:(?!//).*|//" + SERVER + "(?:," + SERVER + ")*(?:/[^/?]*)?(?:\\?.*)?)");

    /** Whether the driver connects to such a URL; null is none. */
    public static boolean takes(String url) {
        return url != null && URL.matcher(url).matches() && parseURL(url, null) != null;
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        return connect((BaseConnection) super.connect(url, info));
    }

    private static Connection connect(BaseConnection connection) {
        return connection == null ? null : proxy(Connection.class, (proxy, method, arguments) -> {
            if (method.getName().equals("commit") && isFailed(connection)) {
                connection.rollback();
                throw failure();
            }
            return method.getName().equals("prepareStatement") && arguments.length == 1
                    ? CountedStatement.of(connection, (String) arguments[0]) : invoke(connection, method, arguments);
        });
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(PostgresDriver.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** True if a statement of the current transaction has failed: the server would answer a commit with a rollback. */
    public static boolean isFailed(BaseConnection connection) {
        return connection.getTransactionState() == TransactionState.FAILED;
    }

    /** What the commit of such a transaction fails with. */
    public static SQLException failure() {
        return new PSQLException("a statement of this transaction has failed, and the route went on: nothing can be committed, so all is "
                + "rolled back. Let the failure end the route, or use a statement that does not fail, such as INSERT … ON CONFLICT.",
                PSQLState.IN_FAILED_SQL_TRANSACTION);
    }
}
