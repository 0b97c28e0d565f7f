package model;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.inbox.InboxJava;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;

/** One record or one parked message after the other, of an inbox or an inbox-retry, statement by statement, in the order of their routes. */
final class Receiver {

    final Session session;
    private final InboxJava java;
    private final InboxHistory history;
    private Exchange exchange;
    /** offset of the last record of each partition that is this receiver's, as it believes */
    private final Map<Integer, Long> done = new HashMap<>();
    private InboxHistory.Entry entry;
    private Map<String, Object> row;
    private int n;
    private int attempts;

    Receiver(Session session, InboxJava java, InboxHistory history) {
        this.session = session;
        this.java = java;
        this.history = history;
    }

    /** The next record of a partition, null if there is none. A partition that it has not had begins behind the stored position. */
    Session.Step receive(int partition) throws SQLException {
        if (!done.containsKey(partition)) {
            done.put(partition, history.position(partition));
        }
        long seen = done.get(partition);
        entry = history.entry(partition, seen + 1);
        if (entry == null) {
            return null;
        }
        n = entry.message().n;
        attempts = 1;
        exchange = java.record(String.valueOf(n), entry.message().key, partition, seen, seen + 1);
        return this::take;
    }

    private Session.Step take() throws Exception {
        history.begin(session);
        try {
            if (!java.take(exchange, attempts)) {
                return () -> committed(() -> { });
            }
        } catch (RuntimeCamelException e) {
            return stale(e, (SQLException) e.getCause());
        }
        Map<String, Object> key = java.key(exchange);
        return key == null ? this::handle : () -> {
            boolean parked = !history.statements.run(session.connection, "lock-parked-inbox-key", key::get).isEmpty();
            return parked ? this::follow : this::handle;
        };
    }

    private Session.Step follow() throws Exception {
        history.statements.run(session.connection, "park-inbox-follower", java.follower(exchange)::get);
        return () -> committed(() -> history.model.parked(n, "PENDING", 0));
    }

    private Session.Step handle() throws Exception {
        Exception failure = history.failure(n);
        if (failure == null) {
            history.effect(session, n);
            return () -> committed(() -> history.model.handled(n));
        }
        session.connection.rollback();
        if (java.isOutage(exchange, failure)) {
            done.remove(entry.partition());
            return null;
        }
        if (java.isWorthAnotherTry(exchange)) {
            attempts++;
            return this::take;
        }
        return this::keep;
    }

    private Session.Step keep() throws Exception {
        Map<String, Object> failed = java.failed(exchange);
        boolean dead = failed.get("delay") == null;
        history.begin(session);
        try {
            history.statements.run(session.connection, dead ? "insert-inbox-dead-letter" : "park-inbox-message", failed::get);
        } catch (SQLException e) {
            return stale(e, e);
        }
        // a step of its own: the statement may have waited for another receiver, whose end the model has to know first
        return () -> committed(() -> {
            if (history.model.messages.get(n).status.equals("NEW")) {
                history.model.parked(n, dead ? "DEAD" : "RETRYING", (Integer) failed.get("attempts"));
            }
        });
    }

    private Session.Step committed(Runnable then) throws Exception {
        session.connection.commit();
        then.run();
        done.put(entry.partition(), entry.offset());
        return null;
    }

    /** Another receiver has the partition: the consumer connects again. */
    private <E extends Exception> Session.Step stale(E failure, SQLException cause) throws E, SQLException {
        if (!"RR001".equals(cause.getSQLState())) {
            throw failure;
        }
        session.connection.rollback();
        done.remove(entry.partition());
        return null;
    }

    void crash() throws Exception {
        session.crash();
        done.clear();
    }

    /** Parked messages: those that are due in one transaction, or one. */
    Session.Step retry(boolean together) {
        exchange = java.batch();
        return together && java.isBatch(exchange) ? this::claimTogether : retryAlone();
    }

    private Session.Step claimTogether() throws Exception {
        history.begin(session);
        List<Map<String, Object>> due = history.statements.run(session.connection, "claim-inbox-retry", java.parked(exchange)::get);
        List<Map<String, Object>> taken = due.subList(0, java.claimed(exchange, due));
        if (taken.isEmpty()) {
            session.connection.rollback();
            return java.isOneByOne(exchange, null) ? retryAlone() : null;
        }
        return () -> {
            history.statements.run(session.connection, "finish-inbox-retry", java.parked(exchange)::get);
            return handleTogether(taken, 0);
        };
    }

    private Session.Step handleTogether(List<Map<String, Object>> taken, int number) {
        return () -> {
            int each = Integer.parseInt((String) taken.get(number).get("message_id"));
            Exception failure = history.failure(each);
            if (failure != null) {
                session.connection.rollback();
                return java.isOneByOne(exchange, failure) ? retryAlone() : null;
            }
            history.effect(session, each);
            return number + 1 < taken.size() ? handleTogether(taken, number + 1) : () -> {
                session.connection.commit();
                taken.forEach(row -> history.model.handled(Integer.parseInt((String) row.get("message_id"))));
                java.isOneByOne(exchange, null);
                return null;
            };
        };
    }

    private Session.Step retryAlone() {
        exchange = java.exchange();
        return () -> {
            history.begin(session);
            List<Map<String, Object>> due = history.statements.run(session.connection, "claim-inbox-retry", java.parked(exchange)::get);
            if (due.isEmpty()) {
                session.connection.rollback();
                return null;
            }
            row = due.get(0);
            n = Integer.parseInt((String) row.get("message_id"));
            java.claimed(exchange, row);
            return Boolean.TRUE.equals(row.get("exhausted")) ? this::bury : this::handleParked;
        };
    }

    private Session.Step bury() throws Exception {
        history.statements.run(session.connection, "bury-inbox-message", java.buried(exchange)::get);
        return finish(() -> history.model.parked(n, "DEAD", (Integer) row.get("attempts")));
    }

    private Session.Step handleParked() throws Exception {
        Exception failure = history.failure(n);
        if (failure == null) {
            history.effect(session, n);
            return finish(() -> history.model.handled(n));
        }
        session.connection.rollback();
        if (java.isParkedOutage(exchange, failure)) {
            return () -> after("postpone-inbox-message", Map.of("id", row.get("id"), "postponement", 0L), () -> { });
        }
        Map<String, Object> again = java.failedAgain(exchange);
        return () -> after("repark-inbox-message", again, () -> {
            InboxModel.Message message = history.model.messages.get(n);
            if (List.of("PENDING", "RETRYING").contains(message.status) && message.attempts == (Integer) again.get("seen_attempts")) {
                history.model.parked(n, "RETRYING", (Integer) again.get("attempts"));
            }
        });
    }

    private Session.Step finish(Runnable then) {
        return () -> {
            history.statements.run(session.connection, "finish-inbox-retry", java.parked(exchange)::get);
            return () -> {
                session.connection.commit();
                then.run();
                return null;
            };
        };
    }

    private Session.Step after(String statement, Map<String, Object> parameters, Runnable then) throws Exception {
        history.begin(session);
        history.statements.run(session.connection, statement, parameters::get);
        session.connection.commit();
        then.run();
        return null;
    }

    /** What a handler can fail with. */
    static Exception failure(int how) {
        return how == 0 ? new SQLTransientConnectionException("away") : how == 1 ? new InvalidMessageException("wrong") : new IllegalStateException("fails");
    }
}
