package io.reliableroutes.xa;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

import io.reliableroutes.database.PostgresDriver;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PSQLState;
import org.postgresql.xa.PGXAConnection;
import org.postgresql.xa.PGXADataSource;

/**
 * PostgreSQL as a participant that says what has become of a branch. The driver calls every error of a prepare a failure of the server
 * (XAER_RMFAIL), and then finds nothing to roll back: Narayana must take that for a heuristic outcome, tells synchronizations of a
 * commit, and keeps a log entry for ever. An error that the server has answered with is a rollback: PREPARE TRANSACTION and COMMIT leave
 * nothing behind when they fail, whatever they fail with.
 */
public class XaPostgresDataSource extends PGXADataSource {

    private static final long serialVersionUID = 1;

    @Override
    public XAConnection getXAConnection(String user, String password) throws SQLException {
        return new Branch((BaseConnection) getConnection(user, password));
    }

    private static final class Branch extends PGXAConnection {

        private final BaseConnection connection;
        private Xid rolledBack;

        Branch(BaseConnection connection) throws SQLException {
            super(connection);
            this.connection = connection;
        }

        @Override
        public int prepare(Xid xid) throws XAException {
            checkIntact(xid);
            try {
                return super.prepare(xid);
            } catch (XAException e) {
                throw known(e, xid);
            }
        }

        @Override
        public void commit(Xid xid, boolean onePhase) throws XAException {
            if (onePhase) {
                checkIntact(xid);
            }
            try {
                super.commit(xid, onePhase);
            } catch (XAException e) {
                throw onePhase ? known(e, xid) : e;
            }
        }

        @Override
        public void rollback(Xid xid) throws XAException {
            if (xid.equals(rolledBack)) {
                rolledBack = null;
                return;
            }
            super.rollback(xid);
        }

        @Override
        public Xid[] recover(int flag) throws XAException {
            return XaRecovery.own(super.recover(flag));
        }

        /** A branch in which a statement has failed: the server would roll it back and call that a success. */
        private void checkIntact(Xid xid) throws XAException {
            if (PostgresDriver.isFailed(connection)) {
                super.rollback(xid);
                rolledBack = xid;
                XAException failure = new XAException(XAException.XA_RBROLLBACK);
                failure.initCause(PostgresDriver.failure());
                throw failure;
            }
        }

        /** The failure with the code of a rollback, if that is what it means: a server that still answers on this connection says that nothing is prepared. */
        private XAException known(XAException failure, Xid xid) {
            if (!(failure.getCause() instanceof SQLException cause) || PSQLState.isConnectionError(cause.getSQLState())) {
                return failure;
            }
            try {
                // as the driver leaves it after a success: the pool gives it to whoever wants no transaction
                connection.setAutoCommit(true);
                if (isPrepared(xid)) {
                    return failure;
                }
            } catch (SQLException e) {
                failure.addSuppressed(e);
                return failure;
            }
            rolledBack = xid;
            XAException rollback = new XAException(XAException.XA_RBROLLBACK);
            rollback.initCause(cause);
            return rollback;
        }

        private boolean isPrepared(Xid xid) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1 FROM pg_prepared_xacts WHERE gid = ?")) {
                statement.setString(1, XaRecovery.gid(xid));
                try (ResultSet found = statement.executeQuery()) {
                    return found.next();
                }
            }
        }
    }
}
