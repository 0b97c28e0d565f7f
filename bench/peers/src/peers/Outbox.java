package peers;

import java.util.List;

/** What an application sends in a transaction is published to a topic. */
interface Outbox extends AutoCloseable {

    /** A payload holds no character that JSON would escape. */
    record Message(String key, String payload) {
    }

    record Servers(String database, String brokers, String topic) {
    }

    /**
     * Makes the tables, where they are missing.
     *
     * @param relays whether it also publishes: what is in the tables, and what is sent
     */
    void start(Servers servers, boolean relays) throws Exception;

    /** Sends in one transaction, as the outbox's documentation tells applications to. Several threads do. */
    void send(List<Message> messages) throws Exception;

    /** The most attempts that a message in the tables has had, and how many messages wait for a human, both with the outbox's own counting. */
    String state() throws Exception;

    @Override
    default void close() throws Exception {
    }
}
