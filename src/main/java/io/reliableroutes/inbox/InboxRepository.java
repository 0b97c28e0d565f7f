package io.reliableroutes.inbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Types;
import javax.sql.DataSource;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.SqlFile;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * An idempotent repository that is part of the business transaction: one {@code INSERT … ON CONFLICT DO NOTHING}, so the key and
 * the effect are committed or rolled back together. Camel's {@code JdbcMessageIdRepository} counts and then inserts: two statements
 * and a race which aborts a PostgreSQL transaction (CAMEL-24048). Use it with {@code eager: true, removeOnFailure: false}.
 */
public class InboxRepository extends ServiceSupport implements IdempotentRepository, CamelContextAware {

    private CamelContext camelContext;
    private DataSource dataSource;
    private String consumer;
    private String insert;

    /** @param dataSource the data source that the handler uses, not null; its connections join the current transaction */
    public void setDataSource(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** @param consumer name of the receiver, not null: each receiver handles each message once */
    public void setConsumer(String consumer) {
        this.consumer = consumer;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    /**
     * Moves the position of the receiver too.
     *
     * @param  exchange              whose record it is, not null
     * @param  key                   the message's {@link MessageIdentity#key}, or its id alone, not null
     * @return                       true if the message is new; false if its effect is committed. Waits for a transaction that is
     *                               handling the same message.
     * @throws RuntimeCamelException if the database fails
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        return add(ReceivedMessage.step(exchange), key);
    }

    /** The same without a position that moves. */
    @Override
    public boolean add(String key) {
        return add(InboxPosition.NOT_STORED, key);
    }

    private boolean add(InboxPosition.Step step, String key) {
        try (Connection connection = connect(); PreparedStatement statement = connection.prepareStatement(insert)) {
            if (connection.getAutoCommit()) {
                throw new ConfigurationException("inbox of " + consumer + " is used outside a transaction: a message whose handler fails "
                        + "would be lost. Put idempotentConsumer into a transacted step whose policy is real.");
            }
            MessageIdentity identity = MessageIdentity.ofKey(key);
            statement.setString(1, consumer);
            statement.setString(2, identity.source());
            statement.setString(3, identity.id());
            statement.setString(4, consumer);
            statement.setString(5, step.topic());
            statement.setObject(6, step.partition(), Types.INTEGER);
            statement.setString(7, step.topicId());
            statement.setObject(8, step.seen(), Types.BIGINT);
            statement.setObject(9, step.done(), Types.BIGINT);
            statement.setString(10, consumer);
            statement.setString(11, identity.id());
            return statement.executeUpdate() == 1;
        } catch (SQLException e) {
            throw new RuntimeCamelException("inbox of " + consumer + " cannot record message " + MessageIdentity.ofKey(key) + ": "
                    + FailureText.message(e, 1000), e);
        }
    }

    /** The first use of the database in the transaction: a failure here is an outage, whatever the server calls it. */
    private Connection connect() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw new SQLTransientConnectionException(e.getMessage(), e.getSQLState(), e);
        }
    }

    /** Not supported: a look is no claim. */
    @Override
    public boolean contains(String key) {
        throw new UnsupportedOperationException("inbox of " + consumer + ": idempotentConsumer must be eager");
    }

    /** Does nothing: rollback has removed the key. */
    @Override
    public boolean remove(String key) {
        return true;
    }

    /** Does nothing: commit has confirmed the key. */
    @Override
    public boolean confirm(String key) {
        return true;
    }

    /** Not supported: retention removes keys, by age. */
    @Override
    public void clear() {
        throw new UnsupportedOperationException("inbox of " + consumer + " is cleared by retention only");
    }

    @Override
    protected void doInit() {
        insert = SqlFile.load(camelContext, "insert-inbox-message.sql");
    }
}
