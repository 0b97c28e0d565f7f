package model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.outbox.OutboxJava;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** One poll after the other of an outbox-relay or an outbox-retry, statement by statement, in the order of their routes. */
final class Relay {

    private static final ObjectMapper JSON = new ObjectMapper();

    final Session session;
    final OutboxJava java;
    private final boolean retry;
    private final OutboxHistory history;
    private Exchange exchange;
    private boolean sending;
    private int attempts = 1;

    Relay(Session session, OutboxJava java, boolean retry, OutboxHistory history) {
        this.session = session;
        this.java = java;
        this.retry = retry;
        this.history = history;
    }

    Session.Step poll() {
        return () -> {
            exchange = java.exchange(attempts);
            history.begin(session);
            if (retry) {
                return releaseDelayed();
            }
            if (Boolean.TRUE.equals(OutboxJava.parameter(exchange, "fresh"))) {
                execute("advance-outbox-identity");
                return this::frontier;
            }
            return frontier();
        };
    }

    /** A retry's work in the pack, and for the relay of its process. What it finds out is for the next poll. */
    private Session.Step frontier() throws Exception {
        java.settle(exchange, execute("list-outbox-writers").get(0));
        return OutboxJava.parameter(exchange, "settled") == null ? lock("lock-outbox-shards") : () -> {
            java.advance(exchange, execute("find-outbox-frontier").get(0).get("low"));
            return lock("lock-outbox-shards");
        };
    }

    private Session.Step releaseDelayed() throws Exception {
        execute("release-delayed-outbox-messages");
        return () -> {
            List<Map<String, Object>> due = execute("claim-closed-outbox-destinations");
            exchange.getMessage().setBody(due);
            return due.isEmpty() ? lock("lock-due-outbox-shards") : this::probe;
        };
    }

    private Session.Step probe() throws Exception {
        try {
            java.probe(exchange);
        } catch (KafkaException e) {
            return outage();
        }
        execute("probe-outbox-destinations");
        return lock("lock-due-outbox-shards");
    }

    private Session.Step lock(String statement) {
        return () -> {
            Object locked = execute(statement).get(0).values().iterator().next();
            java.own(exchange, locked);
            return locked == null ? this::commit : this::claim;
        };
    }

    private Session.Step claim() throws Exception {
        exchange.getMessage().setBody(execute(retry ? "claim-due-outbox-batch" : "claim-outbox-batch"));
        try {
            java.toRecords(exchange);
        } catch (KafkaException e) {
            return outage();
        }
        sending = true;
        return this::send;
    }

    private Session.Step send() throws Exception {
        sending = false;
        List<Message> records = records();
        for (Message record : records) {
            int n = number(record);
            Throwable refusal = history.topics.refusal(OutboxJava.topic(record), history.isLarge(n));
            if (history.topics.isAway()) {
                return outage();
            }
            if (refusal != null) {
                java.refuse(exchange, record, refusal instanceof UnknownTopicOrPartitionException, refusal);
                session.connection.rollback();
                history.model.released(this);
                return this::keepRefused;
            }
            history.model.delivered(n, this, history.now());
        }
        Deque<String> statements = new ArrayDeque<>();
        add(statements, "closing", "close-outbox-destinations");
        add(statements, "held_ids", "hold-outbox-messages");
        add(statements, "refused", "park-outbox-messages");
        add(statements, "buried_ids", "bury-outbox-messages");
        if (history.archive) {
            add(statements, "ids", "archive-outbox-batch");
        }
        add(statements, "ids", retry ? "delete-parked-outbox-batch" : "delete-outbox-batch");
        if (retry) {
            add(statements, "done", "release-outbox-followers");
        }
        return finish(statements);
    }

    private void add(Deque<String> statements, String header, String statement) {
        if (OutboxJava.parameter(exchange, header) != null) {
            statements.add(statement);
        }
    }

    private Session.Step finish(Deque<String> statements) {
        return statements.isEmpty() ? this::commit : () -> {
            execute(statements.poll());
            return finish(statements);
        };
    }

    /** The policy, behind the rollback, in a transaction of its own. */
    private Session.Step keepRefused() throws Exception {
        boolean closing = OutboxJava.parameter(exchange, "closing") != null;
        history.begin(session);
        execute(closing ? "close-outbox-destinations" : "park-outbox-messages");
        boolean waited = session.hasWaited();
        // a step of its own: the model has to know first what became of the other relay
        return () -> {
            session.connection.commit();
            history.model.released(this);
            if (closing || !waited || history.isParkedAs((String) OutboxJava.parameter(exchange, "refused"))) {
                // else that has put the message aside meanwhile, for its destination perhaps, and it is tried again with that
                applyRefused();
            }
            return null;
        };
    }

    private Session.Step commit() throws Exception {
        session.connection.commit();
        history.model.released(this);
        attempts = 1;
        for (Object n : numbers("ids")) {
            history.model.sent((Integer) n, history.begun(session));
        }
        numbers("buried_ids").forEach(n -> history.model.dead((Integer) n));
        applyRefused();
        return null;
    }

    private void applyRefused() throws Exception {
        String refused = (String) OutboxJava.parameter(exchange, "refused");
        if (refused != null) {
            for (Map<String, Object> one : JSON.readValue(refused, new TypeReference<List<Map<String, Object>>>() {
            })) {
                history.model.refused(history.model.number((String) one.get("message_id")), ((Number) one.get("id")).longValue(),
                        (Integer) one.get("seen_attempts"), (Integer) one.get("attempts"), (Boolean) one.get("exhausted"));
            }
        }
    }

    /** The broker is away: the policy tries again, a smaller batch. */
    private Session.Step outage() throws Exception {
        session.connection.rollback();
        history.model.released(this);
        attempts = 2;
        return null;
    }

    /** Ends in the middle of what it does. While it sends, some records are on the wire already. */
    void crash(int share) throws Exception {
        if (sending && !history.topics.isAway()) {
            for (Message record : records().subList(0, Math.min(share, records().size()))) {
                if (history.topics.refusal(OutboxJava.topic(record), history.isLarge(number(record))) != null) {
                    break;
                }
                history.model.delivered(number(record), this, history.now());
            }
        }
        sending = false;
        session.crash();
        history.model.released(this);
        attempts = 1;
        java.start(history.mapped());
    }

    private List<Object> numbers(String header) {
        String ids = (String) OutboxJava.parameter(exchange, header.equals("ids") ? "messages" : "buried_messages");
        return ids == null ? List.of() : List.of(ids.replaceAll("[{}]", "").split(",")).stream().map(id -> (Object) history.model.number(id)).toList();
    }

    @SuppressWarnings("unchecked")
    private List<Message> records() {
        return exchange.getMessage().getBody(List.class);
    }

    private static int number(Message record) {
        return Integer.parseInt(OutboxJava.header(record, "n"));
    }

    private List<Map<String, Object>> execute(String statement) throws Exception {
        return history.statements.run(session.connection, statement, name -> OutboxJava.parameter(exchange, name));
    }

    @Override
    public String toString() {
        return session.name;
    }
}
