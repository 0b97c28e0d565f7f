package io.reliableroutes.outbox;

import java.util.HashMap;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * One attempt of a relay or an outbox-retry, from its limits to what becomes of its rows: all that its steps share, as one object, the exchange
 * property {@code outboxBatch}. The parameters of its statements are one map, in the header that camel-jdbc takes them from. No method that is public
 * has a parameter: routes read it at each attempt, and of a class with a method that takes an exchange Camel learns the methods anew for each object.
 */
public final class OutboxBatch {

    private static final String PROPERTY = "outboxBatch";

    private final OutboxPace pace;
    private final Map<String, Object> parameters = new HashMap<>();
    private int frontierTimes;
    private String refusal;

    private OutboxBatch(OutboxPace pace) {
        this.pace = pace;
    }

    /** A new one: nothing of an earlier attempt counts. */
    static OutboxBatch begin(Exchange exchange, OutboxPace pace) {
        OutboxBatch batch = new OutboxBatch(pace);
        exchange.setProperty(PROPERTY, batch);
        batch.giveParameters(exchange);
        return batch;
    }

    static OutboxBatch of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, OutboxBatch.class);
    }

    /** After a failure Camel may have put the message back as it was. */
    void giveParameters(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    void set(String parameter, Object value) {
        parameters.put(parameter, value);
    }

    Object get(String parameter) {
        return parameters.get(parameter);
    }

    OutboxPace pace() {
        return pace;
    }

    int frontierTimes() {
        return frontierTimes;
    }

    void setFrontierTimes(int frontierTimes) {
        this.frontierTimes = frontierTimes;
    }

    void setRefusal(String refusal) {
        this.refusal = refusal;
    }

    /** Bean name of the data source, not null. */
    public String dataSource() {
        return pace.dataSource();
    }

    /** True at the first poll and after a failure: what was known of the servers may have changed. */
    public boolean fresh() {
        return Boolean.TRUE.equals(get("fresh"));
    }

    /** Up to which id all messages are committed or never will be, null if there is nothing to look for. */
    public Object settled() {
        return get("settled");
    }

    /** The rows that are sent, null if there is none; as all below, an array or a list of JSON for a statement. */
    public Object sent() {
        return get("ids");
    }

    /** The rows that wait, for an earlier one of their key or for their destination. */
    public Object held() {
        return get("held_ids");
    }

    /** The rows that are made dead letters. */
    public Object buried() {
        return get("buried_ids");
    }

    /** The rows that can be no record, or that the broker refuses. */
    public Object refused() {
        return get("refused");
    }

    /** The destinations that are closed. */
    public Object closing() {
        return get("closing");
    }

    /** The keys that have moved on. */
    public Object done() {
        return get("done");
    }

    /** What the broker has refused, in words, null if nothing. */
    public String refusal() {
        return refusal;
    }
}
