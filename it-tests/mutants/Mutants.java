package mutants;

import java.util.ArrayList;
import java.util.List;

/** The catalogue: each entry breaks one thing in the shipped files and names the provocation that must show it. */
final class Mutants {

    private static final String INBOX = "camel/inbox.camel.yaml";
    private static final String SINGLE = "camel/inbox-single.camel.yaml";
    private static final String BATCH = "camel/inbox-batch.camel.yaml";
    private static final String TURN = "camel/inbox-turn-action.kamelet.yaml";
    private static final String INBOX_RETRY = "camel/inbox-retry-single.camel.yaml";
    private static final String TOPIC_SINK = "camel/outbox-topic-sink.kamelet.yaml";
    private static final String SQL = "sql/postgresql/";

    private static final String WHEN = """
                      onWhen:
                        method:
                          beanType: io.reliableroutes.inbox.%s
                          method: %s
            """;
    private static final String NEVER = """
                      onWhen:
                        constant: "false"
            """;

    private Mutants() {
    }

    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(relay());
        all.addAll(inbox());
        all.addAll(batch());
        all.addAll(position());
        all.addAll(received());
        all.addAll(inboxRetry());
        all.addAll(handlers());
        all.addAll(jms());
        all.addAll(half());
        all.addAll(sagas());
        all.addAll(orders());
        all.addAll(fuzzed());
        all.addAll(refused());
        all.addAll(unchecked());
        return all;
    }

    private static List<Mutant> relay() {
        return List.of(
                new Mutant("relay commits without waiting for the acknowledgement, and there is no check", Scenario.ROW_STAYS_UNTIL_ACKNOWLEDGED, "has left the outbox")
                        .edit("camel/outbox-relay.camel.yaml", "- to:\n                          uri: kamelet:outbox-topic-sink",
                                "- wireTap:\n                          uri: kamelet:outbox-topic-sink").unchecked(),
                new Mutant("producer asks for no acknowledgement", Scenario.ROW_STAYS_UNTIL_ACKNOWLEDGED, "has left the outbox")
                        .edit(TOPIC_SINK, "requestRequiredAcks: all", "requestRequiredAcks: \"0\"")
                        .edit(TOPIC_SINK, "enableIdempotence: true", "enableIdempotence: false"),
                new Mutant("parked messages refer to the shard that a relay locks", Scenario.DELAYED_SEND_WAITS_FOR_NO_RELAY, "a delayed send has waited")
                        .edit(SQL + "schema.sql", "CONSTRAINT shard_is_one_of_64 CHECK (shard BETWEEN 0 AND 63),\n  type            text",
                                "CONSTRAINT refers REFERENCES outbox_shard (shard),\n  type            text")
                        .edit(SQL + "schema.sql", "conrelid = 'outbox_parked'::regclass AND contype = 'f'", "false")
                        .edit(SQL + "lock-outbox-shards.sql", "FOR NO KEY UPDATE", "FOR UPDATE"),
                new Mutant("each session takes 50 outbox ids in advance", Scenario.MESSAGES_ARE_PUBLISHED_IN_THE_ORDER_OF_THEIR_TRANSACTIONS,
                        "the topic has [1, 3, 2, 4], in this order")
                        .edit(SQL + "schema.sql", "(CACHE 1),\n  message_id   uuid", "(CACHE 50),\n  message_id   uuid"),
                new Mutant("claim does not look for a parked message of the key", Scenario.FOLLOWERS_OF_A_PARKED_MESSAGE_WAIT, "2 is in the topic and 1")
                        .edit(SQL + "claim-outbox-batch.sql", "WHERE p.destination = b.destination AND", "WHERE false AND"),
                new Mutant("producer has five requests on the way", Scenario.NOTHING_IS_SENT_BEHIND_A_REFUSED_MESSAGE, "of the same key, was refused")
                        .edit(TOPIC_SINK, "maxInFlightRequest: 1", "maxInFlightRequest: 5"),
                new Mutant("producer goes on after a failure", Scenario.NOTHING_IS_SENT_BEHIND_A_REFUSED_MESSAGE, "of the same key, was refused")
                        .edit(TOPIC_SINK, "              kafkaClientFactory: \"#class:io.reliableroutes.outbox.kafka.RelayKafkaClientFactory\"\n", ""),
                new Mutant("outbox-retry releases nobody", Scenario.RELEASED_FOLLOWERS_KEEP_THEIR_PLACE, "is parked behind a message that is done")
                        .edit(SQL + "release-outbox-followers.sql", "WHERE first.reason = 'BEHIND'", "WHERE false"),
                new Mutant("outbox-retry does not lock the shard", Scenario.MESSAGE_THAT_COMES_WHILE_AN_OUTBOX_RETRY_COMMITS_IS_PUBLISHED,
                        "[3] is parked behind a message that is done")
                        .edit(SQL + "lock-due-outbox-shards.sql", "  FOR NO KEY UPDATE SKIP LOCKED\n", ""));
    }

    private static List<Mutant> batch() {
        return List.of(
                new Mutant("failed message of a batch is passed over", Scenario.ONE_OF_A_BATCH_THAT_FAILS_TAKES_NO_OTHER_WITH_IT, "m-2 counts as handled")
                        .edit(BATCH, "                - bean:\n                    beanType: io.reliableroutes.inbox.InboxCourse\n                    method: end(${exchange})\n", ""),
                new Mutant("failed one of several retries is passed over", Scenario.ONE_OF_SEVERAL_RETRIES_THAT_FAILS_TAKES_NO_OTHER_WITH_IT, "m-2 counts as handled")
                        .edit("camel/inbox-retry-batch.camel.yaml", "                - bean:\n                    beanType: io.reliableroutes.inbox.InboxCourse\n                    method: end(${exchange})\n", ""),
                new Mutant("several retries are not finished", Scenario.ONE_OF_SEVERAL_RETRIES_THAT_FAILS_TAKES_NO_OTHER_WITH_IT, "booked is [t-1, t-1")
                        .edit(SQL + "finish-inbox-retry.sql", "WHERE p.id = ANY", "WHERE false AND p.id = ANY"),
                new Mutant("batch does not ask for held keys", Scenario.NONE_OF_A_BATCH_OVERTAKES_A_PARKED_ONE_OF_ITS_KEY, "m-3 has overtaken m-1")
                        .edit(SQL + "list-parked-inbox-keys.sql", "AND NOT p.replayed", "AND p.replayed"),
                new Mutant("keys of a batch that are there count as new", Scenario.DUPLICATES_IN_A_BATCH_HAVE_NO_EFFECT, "booked is [t-1, t-2, t-1, t-2")
                        .edit(SQL + "insert-inbox-messages.sql", "DO NOTHING", "DO UPDATE SET received_at = now()"));
    }

    private static List<Mutant> inbox() {
        return List.of(
                new Mutant("inbox key is outside of the transaction", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS, "m-1 has no effect")
                        .edit(SINGLE, """
                                        type: io.reliableroutes.inbox.InboxRepository
                                        properties:
                                          dataSource: "#bean:{{inboxDataSource}}"
                                          consumer: "{{inboxConsumer}}"
                                """, "        type: org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository\n"),
                stockPolicy("plain transaction policy, a statement fails", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS, "times and is not parked"),
                stockPolicy("plain transaction policy, a handler fails", Scenario.TRANSFER_IS_REFUNDED_ONCE, "m-2 counts as handled, and has neither"),
                new Mutant("inbox's handler is outside of its transaction, and there is no check", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS, "m-1 has no effect")
                        .edit(SINGLE, "- to:\n                                uri: direct:{{inboxHandler}}",
                                "- wireTap:\n                                uri: direct:{{inboxHandler}}").unchecked(),
                new Mutant("failed message is taken for handled", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS, "times and is not parked")
                        .edit("camel/inbox-policy.camel.yaml", "uri: kamelet:failed-message-sink", "uri: log:failed"),
                new Mutant("inbox key that is there counts as new", Scenario.DUPLICATE_HAS_NO_EFFECT, "booked is [t-1, t-1, t-2]")
                        .edit(SQL + "insert-inbox-message.sql", "DO NOTHING", "DO UPDATE SET received_at = now()"),
                new Mutant("dead letter does not take the inbox key", Scenario.DUPLICATE_OF_A_DEAD_MESSAGE_HAS_NO_EFFECT, "its duplicate has booked t-1")
                        .edit(SQL + "insert-inbox-dead-letter.sql", "  INSERT INTO inbox_message (consumer, source, message_id)\n  SELECT :#consumer, :#source, :#message_id\n", "  SELECT 1\n")
                        .edit(SQL + "insert-inbox-dead-letter.sql", "  ON CONFLICT (consumer, source, message_id) DO NOTHING\n  RETURNING 1\n", ""),
                new Mutant("parked message does not take the inbox key", Scenario.DUPLICATE_OF_A_PARKED_MESSAGE_HAS_NO_EFFECT,
                        "its duplicate has booked t-1")
                        .edit(SQL + "park-inbox-message.sql", """
                                  INSERT INTO inbox_message (consumer, source, message_id)
                                  SELECT :#consumer, :#source, :#message_id
                                """, "  SELECT CAST(:#consumer AS text) AS consumer, CAST(:#source AS text) AS source, CAST(:#message_id AS text) AS message_id\n")
                        .edit(SQL + "park-inbox-message.sql", """
                                  ON CONFLICT (consumer, source, message_id) DO NOTHING
                                  RETURNING consumer, source, message_id
                                """, ""),
                new Mutant("outage counts as an attempt", Scenario.OUTAGE_USES_UP_NO_ATTEMPT, "nothing was wrong with it")
                        .edit("camel/inbox-policy.camel.yaml", WHEN.formatted("ReceivedMessage", "isOutage"), NEVER),
                new Mutant("outage connects the consumer again", Scenario.OUTAGE_USES_UP_NO_ATTEMPT, "stops all partitions of its consumer")
                        .edit(INBOX, "ref: \"{{inboxPoll}}\"\n                    method: settle", "beanType: io.reliableroutes.inbox.InboxCourse\n                    method: end"),
                new Mutant("message does not wait for a retry of its key", Scenario.MESSAGE_THAT_COMES_WHILE_AN_INBOX_RETRY_COMMITS_IS_HANDLED,
                        "[m-2] is parked behind a message that is done")
                        .edit(SQL + "lock-parked-inbox-key.sql", "FOR SHARE\n", ""),
                new Mutant("inbox lets all headers in", Scenario.HEADERS_FROM_OUTSIDE_REACH_NO_HANDLER, "the handler has got [")
                        .edit(TURN, "pattern: \"*\"", "pattern: none"),
                new Mutant("inbox keeps only headers out that are called Camel", Scenario.HEADERS_FROM_OUTSIDE_REACH_NO_HANDLER, "the handler has got [")
                        .edit(TURN, "pattern: \"*\"", "pattern: Camel*"));
    }

    private static List<Mutant> position() {
        return List.of(
                new Mutant("position is not stored with the effect", Scenario.RESTART_HAS_NO_SECOND_EFFECT, "booked is [t-1, t-2, t-1")
                        .edit(SQL + "insert-inbox-message.sql", "move_inbox_position(?, ?, ?, ?, ?, ?) AS moved", """
                                (SELECT true AS moved, CAST(? AS text), CAST(? AS text), CAST(? AS integer), CAST(? AS text), CAST(? AS bigint),
                                  CAST(? AS bigint)) AS step"""),
                withoutPosition("receiver goes on where its group is", Scenario.RESTART_HAS_NO_SECOND_EFFECT, "booked is [t-1, t-2, t-1"),
                new Mutant("position moves from anywhere to anywhere", Scenario.RESTORED_DATABASE_MISSES_NOTHING, "booked is [t-1, t-4]")
                        .edit(SQL + "schema.sql", " AND p.topic_id = of_topic_id\n      AND p.position IN (seen, done) AND p.position <= done;", ";"),
                new Mutant("receiver reads what is not committed, and there is no check", Scenario.ABORTED_TRANSACTION_HAS_NO_EFFECT,
                        "the sender of t-1 has rolled it back")
                        .edit(INBOX, "isolationLevel: read_committed", "isolationLevel: read_uncommitted").unchecked(),
                new Mutant("receiver skips what has expired, and there is no check", Scenario.GAP_IS_TOLD, "nobody was told that the others are gone")
                        .edit(INBOX, "autoOffsetReset: none", "autoOffsetReset: earliest").unchecked());
    }

    private static Mutant withoutPosition(String name, Scenario scenario, String caught) {
        return new Mutant(name, scenario, caught)
                .edit(INBOX, "          offsetRepository: \"#bean:{{inboxPosition}}\"\n          autoOffsetReset: none\n", "          autoOffsetReset: earliest\n");
    }

    /** The identity, the poorer ways and what the handler is given. */
    private static List<Mutant> received() {
        return List.of(
                new Mutant("identity cuts long ids", Scenario.MESSAGES_OF_ANY_IDENTITY_HAVE_ONE_EFFECT, "booked is [t-1")
                        .edit(SQL + "insert-inbox-message.sql", "SELECT ?, ?, ?\nFROM", "SELECT ?, ?, left(?, 20)\nFROM"),
                new Mutant("identity leaves the source out", Scenario.MESSAGES_OF_ANY_IDENTITY_HAVE_ONE_EFFECT, "booked is [t-1")
                        .edit(SQL + "insert-inbox-message.sql", "SELECT ?, ?, ?\nFROM", "SELECT ?, left(?, 0), ?\nFROM"),
                new Mutant("there is no last resort", Scenario.MESSAGE_THAT_IS_REFUSED_EVERYWHERE_STOPS_NOBODY, "m-1 is nowhere and m-2 waits behind it")
                        .edit("camel/failed-message-sink.kamelet.yaml", "                  - java.lang.Exception\n                steps:\n",
                                "                  - java.lang.CloneNotSupportedException\n                steps:\n"),
                new Mutant("burial that fails is tried again at once", Scenario.BURIAL_THAT_IS_REFUSED_IS_TRIED_LATER, "burials were refused meanwhile")
                        .edit(SQL + "repark-inbox-message.sql", "now() + :#delay * interval '1 millisecond'", "now()"),
                new Mutant("parked message loses a header", Scenario.RETRY_HAS_THE_HEADERS_OF_THE_FIRST_DELIVERY, "the retry has got")
                        .edit(SQL + "park-inbox-message.sql", "CAST(:#headers AS jsonb), false", "CAST(:#headers AS jsonb) - 'ce_type', false"),
                new Mutant("first delivery has other headers", Scenario.RETRY_HAS_THE_HEADERS_OF_THE_FIRST_DELIVERY, "the retry has got")
                        .edit(TURN, "method: handOver(${exchange})", "method: handOver(${exchange})\n                - removeHeaders:\n                    pattern: ce_type"),
                new Mutant("isolation is left to the database", Scenario.CONTENTION_USES_UP_NO_ATTEMPT, "was used up by another transaction")
                        .set("camel.beans.bankB", "#class:" + DefaultIsolation.class.getName())
                        .set("camel.beans.bankB.url", "{{database.bank-b.url}}")
                        .set("camel.beans.bankB.user", "{{database.bank-b.user}}")
                        .set("camel.beans.bankB.transactionManager", "#bean:transactionManager"));
    }

    private static Mutant stockPolicy(String name, Scenario scenario, String caught) {
        return new Mutant(name, scenario, caught)
                .set("tx.policy", "stockPolicy")
                .set("camel.beans.stockPolicy", "#class:" + StockPolicy.class.getName())
                .set("camel.beans.stockPolicy.transactionManager", "#bean:transactionManager");
    }

    private static List<Mutant> inboxRetry() {
        return List.of(
                new Mutant("message does not look for a parked one of its key", Scenario.KEY_GOES_ON_IN_ORDER, "booked is [t-2")
                        .edit(SQL + "lock-parked-inbox-key.sql", "WHERE p.consumer", "WHERE false AND p.consumer"),
                new Mutant("retry takes messages that wait for an earlier one", Scenario.KEY_GOES_ON_IN_ORDER, "booked is [t-2")
                        .edit(SQL + "claim-inbox-retry.sql", "NOT p.behind AND ", ""),
                new Mutant("retry does not free the next of the key", Scenario.KEY_GOES_ON_IN_ORDER, "[m-2, m-3] is parked behind a message that is done")
                        .edit(SQL + "finish-inbox-retry.sql", "SET behind = false", "SET behind = true"),
                new Mutant("retry frees the last of the key", Scenario.KEY_GOES_ON_IN_ORDER, "booked is [t-1, t-3")
                        .edit(SQL + "finish-inbox-retry.sql", "ORDER BY n.id", "ORDER BY n.id DESC"),
                new Mutant("retry does not finish the parked message", Scenario.RETRY_HAS_ONE_EFFECT, "booked is [t-1, t-1")
                        .edit(SQL + "finish-inbox-retry.sql", "WHERE p.id = ANY", "WHERE false AND p.id = ANY"),
                new Mutant("retry's handler is outside of its transaction, and there is no check", Scenario.RETRY_HAS_ONE_EFFECT, "neither booked nor parked nor dead")
                        .edit(INBOX_RETRY, "- to:\n                                uri: direct:{{inboxHandler}}",
                                "- wireTap:\n                                uri: direct:{{inboxHandler}}").unchecked(),
                new Mutant("retry does not lock its message", Scenario.TWO_PROCESSES_SHARE_THE_RETRIES, "t-1 is booked 2 times")
                        .edit(SQL + "claim-inbox-retry.sql", "FOR UPDATE SKIP LOCKED\n", ""),
                new Mutant("retention forgets the key of a parked message", Scenario.PARKED_MESSAGE_KEEPS_ITS_KEY, "the key of m-1, which is parked, is gone")
                        .edit(SQL + "delete-expired.sql", "NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE p.consumer = i.consumer", "NOT EXISTS (SELECT 1 FROM inbox_parked p WHERE false"),
                new Mutant("outage counts as a retry", Scenario.OUTAGE_USES_UP_NO_RETRY, "was used up by an outage")
                        .edit("camel/inbox-retry-policy.camel.yaml", WHEN.formatted("ParkedMessage", "isOutage"), NEVER));
    }

    private static List<Mutant> handlers() {
        return List.of(
                new Mutant("refund does not look whether the transfer is pending", Scenario.TRANSFER_IS_REFUNDED_ONCE, "t-1 was refunded 2 times")
                        .edit("routes/bank-a-end-transfer.camel.yaml", "AND status = 'PENDING' RETURNING", "RETURNING"),
                new Mutant("replay takes letters that have ended", Scenario.DEAD_LETTER_IS_REPLAYED_ONCE, "booked is [t-1, t-1]")
                        .edit(SQL + "end-dead-letters.sql", "WHERE d.ended_at IS NULL", "WHERE true"));
    }

    /** What the checkers of the fuzz must see. */
    private static List<Mutant> fuzzed() {
        return List.of(
                new Mutant("refused row is dropped", Scenario.NO_ROW_STOPS_BENDS_OR_LOSES_ANYTHING, "a message is lost")
                        .edit(SQL + "park-outbox-messages.sql", "FROM taken", "FROM taken WHERE false"),
                new Mutant("rows are sent in another order", Scenario.NO_ROW_STOPS_BENDS_OR_LOSES_ANYTHING, "a key is out of order")
                        .edit(SQL + "claim-outbox-batch.sql", "ORDER BY b.id, b.message_id", "ORDER BY b.id DESC, b.message_id"),
                new Mutant("record has another time", Scenario.NO_ROW_STOPS_BENDS_OR_LOSES_ANYTHING, "a record has another header")
                        .edit(SQL + "claim-outbox-batch.sql", "b.traceparent, b.created_at,", "b.traceparent, b.created_at + interval '1 second' AS created_at,"),
                new Mutant("long key is cut", Scenario.NO_ROW_STOPS_BENDS_OR_LOSES_ANYTHING, "a record has another key")
                        .edit(SQL + "claim-outbox-batch.sql", "b.destination, b.message_key, b.shard", "b.destination, left(b.message_key, 100) AS message_key, b.shard"),
                new Mutant("receiver reads what was never committed", Scenario.NO_RECORD_STOPS_BENDS_OR_LOSES_ANYTHING, "a record of an aborted transaction has an effect")
                        .edit(INBOX, "isolationLevel: read_committed", "isolationLevel: read_uncommitted").unchecked(),
                new Mutant("inbox key that is there counts as new, fuzzed", Scenario.NO_RECORD_STOPS_BENDS_OR_LOSES_ANYTHING, "a message has several effects")
                        .edit(SQL + "insert-inbox-message.sql", "DO NOTHING", "DO UPDATE SET received_at = now()"),
                new Mutant("record of another source is taken for a duplicate", Scenario.NO_RECORD_STOPS_BENDS_OR_LOSES_ANYTHING, "a message is in no row of msg_received")
                        .edit(SQL + "insert-inbox-message.sql", "WHERE moved AND i.consumer = ? AND i.source = ''", "WHERE moved AND i.consumer = ?"));
    }

    /** These do not start. */
    private static List<Mutant> refused() {
        List<Mutant> refused = new ArrayList<>();
        String[][] options = {{"autoCommitEnable", "false", "true"}, {"allowManualCommit", "true", "false"}, {"breakOnFirstError", "true", "false"},
                {"pollOnError", "RECONNECT", "ERROR_HANDLER"}, {"autoOffsetReset", "none", "earliest"}, {"isolationLevel", "read_committed", "read_uncommitted"},
                {"additionalProperties.allow.auto.create.topics", "false", "true"}};
        for (String[] option : options) {
            refused.add(new Mutant("receiver has " + option[0] + ": " + option[2], Scenario.FILES_START, option[0] + " (" + option[2] + ") is not ")
                    .edit(INBOX, option[0] + ": " + option[1], option[0] + ": " + option[2]));
        }
        refused.add(new Mutant("receiver reads in batches", Scenario.FILES_START, "batching (true) commits offsets past a failed message")
                .edit(INBOX, "          breakOnFirstError: true\n", "          breakOnFirstError: true\n          batching: true\n"));
        refused.add(new Mutant("receiver has no group", Scenario.FILES_START, "groupId is missing")
                .edit(INBOX, "          groupId: \"{{inboxConsumer}}\"\n", ""));
        refused.add(new Mutant("handler has an error handler of its own", Scenario.FILES_START, "has an error handler of its own")
                .edit("routes/bank-b-credit-transfer.camel.yaml", "    errorHandler:\n      noErrorHandler: {}\n", ""));
        refused.add(new Mutant("transacted names no policy", Scenario.FILES_START, "transacted names no policy")
                .edit("routes/bank-a-request-transfer.camel.yaml", "            ref: \"{{tx.policy}}\"\n", ""));
        refused.add(new Mutant("inbox's handler is outside of its transaction", Scenario.FILES_START, "leaves the transaction's thread")
                .edit(SINGLE, "- to:\n                                uri: direct:{{inboxHandler}}", "- wireTap:\n                                uri: direct:{{inboxHandler}}"));
        refused.add(new Mutant("schema lacks a table", Scenario.FILES_START, "has no table alert_window")
                .edit(SQL + "schema.sql", "CREATE TABLE IF NOT EXISTS alert_window (", "CREATE TEMPORARY TABLE IF NOT EXISTS alert_window ("));
        return refused;
    }

    private static List<Mutant> jms() {
        return List.of(
                new Mutant("failed attempts are remembered for the consumer and not for the message", Scenario.POISON_JMS_MESSAGE_HARMS_NO_OTHER,
                        "and nothing was wrong with it")
                        .edit(SQL + "take-inbox-attempt.sql", """
                                DELETE FROM inbox_attempt a
                                WHERE a.consumer = ? AND a.source = ? AND a.message_id = ?
                                RETURNING a.attempts, a.keepings, a.crashes, a.permanent, a.error_class, a.error_message, a.first_failed_at
                                """, """
                                SELECT a.attempts, a.keepings, a.crashes, a.permanent, a.error_class, a.error_message, a.first_failed_at
                                FROM inbox_attempt a
                                WHERE a.consumer = ? AND ? IS NOT NULL AND ? IS NOT NULL
                                """),
                new Mutant("broker's deliveries are taken for attempts", Scenario.OUTAGE_USES_UP_NO_JMS_ATTEMPT, "and nothing was wrong with it")
                        .edit("camel/inbox-jms.camel.yaml", "type: io.reliableroutes.jms.JmsInbox", "type: mutants.DeliveryCountInbox"),
                new Mutant("failed attempts go with the failed transaction", Scenario.POISON_JMS_MESSAGE_HARMS_NO_OTHER, "times and is not kept")
                        .edit(SQL + "fail-inbox-attempt.sql", "VALUES (?, ?, ?, ?, ?, ?, ?, ?, now())", "SELECT ?, ?, ?, ?, ?, ?, ?, ?, now() WHERE false"),
                new Mutant("log tells of a dead letter before the commit", Scenario.JMS_LOG_TELLS_WHAT_IS_COMMITTED, "and the table is empty")
                        .edit("camel/failed-message-sink.kamelet.yaml",
                                "- bean:\n                              beanType: io.reliableroutes.support.CommitLog\n                              method: write(${exchange}, 'ERROR', ${variable.inboxLine})",
                                "- log:\n                              loggingLevel: ERROR\n                              message: \"${variable.inboxLine}\""));
    }

    private static List<Mutant> sagas() {
        String waits = "  WHERE s.saga_id = a.saga_id AND s.saga_name = a.saga_name AND s.step = a.step\n    AND (s.state = 'RUNNING' AND a.action = ";
        return List.of(
                new Mutant("saga's next command is not in the transaction of its step", Scenario.DONE_STEP_LETS_THE_NEXT_BE_ASKED_FOR, "the saga is at step 2, and was sent [DO flight]")
                        .edit(SQL + "advance-saga.sql", "saga_command(v.saga) c\n  WHERE v.commands", "saga_command(v.saga) c\n  WHERE false"),
                new Mutant("step that has timed out counts as refused only", Scenario.STEP_THAT_TIMED_OUT_IS_UNDONE, "the first to be undone is UNDO flight")
                        .edit(SQL + "time-out-sagas.sql", "asked_at = now(), due_at = NULL\n", "asked_at = now(), due_at = NULL, step = s.step - 1\n"),
                new Mutant("late answer goes on", Scenario.LATE_ANSWER_CHANGES_NOTHING, "the hotel is undone, and then came")
                        .edit(SQL + "advance-saga.sql", "s.state = 'RUNNING' AND a.action = CASE", "a.action = CASE"),
                new Mutant("answer decides by what it has seen before it waited", Scenario.ANSWER_THAT_WAITS_FOR_A_TIME_OUT_IS_LATE, "the hotel is undone, and then came")
                        .edit(SQL + "advance-saga.sql", waits, "  JOIN saga seen ON seen.saga_id = a.saga_id\n" + waits.replace("s.state", "seen.state").replace("s.step", "seen.step")),
                new Mutant("what follows the end of a saga is outside of its transaction, and there is no check", Scenario.END_IS_ONE_FACT_WITH_ITS_SAGA, "the saga is COMPLETED, and what was to")
                        .edit("camel/saga.camel.yaml", "- to:\n                                  uri: direct:{{sagaEnd}}", "- wireTap:\n                                  uri: direct:{{sagaEnd}}").unchecked(),
                new Mutant("compensation is not idempotent", Scenario.COMPENSATION_IS_BOOKED_ONCE, "{kind=REVERSAL}, {kind=REVERSAL}")
                        .edit(SQL + "enter-step.sql", "b.state IS DISTINCT FROM b.was AND b.state <> 'VOID'", "(b.state IS DISTINCT FROM b.was OR b.action = 'UNDO') AND b.state <> 'VOID'"),
                new Mutant("command behind its compensation is booked", Scenario.COMMAND_BEHIND_ITS_COMPENSATION_IS_REFUSED, "booked is [{kind=CREDIT}]")
                        .edit(SQL + "enter-step.sql", "excluded.action = 'CONFIRM' THEN 'CONFIRMED' ELSE", "excluded.action = 'CONFIRM' THEN 'CONFIRMED' WHEN b.state = 'VOID' AND excluded.action = 'DO' THEN 'DONE' ELSE"),
                new Mutant("try behind its cancellation reserves", Scenario.TRY_BEHIND_ITS_CANCELLATION_IS_REFUSED, "reserved is 10.00")
                        .edit(SQL + "enter-step.sql", "excluded.action = 'CONFIRM' THEN 'CONFIRMED' ELSE", "excluded.action = 'CONFIRM' THEN 'CONFIRMED' WHEN b.state = 'VOID' AND excluded.action = 'TRY' THEN 'DONE' ELSE"));
    }

    private static List<Mutant> orders() {
        String first = "ON CONFLICT (order_id) DO NOTHING\n              dataSource: \"#bean:stock\"";
        return List.of(
                new Mutant("refund does not look whether the order is refunded", Scenario.PAID_ORDER_IS_REFUNDED_ONCE, "o-1 was refunded 2 times, the balance is 110")
                        .edit("routes/order-shop-refund-order.camel.yaml", "- simple: ${variable.status} == 'PAID'", "- simple: ${variable.status} in 'PAID,REFUNDED'")
                        .edit("routes/order-shop-refund-order.camel.yaml", "AND status = 'PAID' RETURNING", "RETURNING"),
                new Mutant("points that are there count as new", Scenario.POINTS_ARE_ADDED_ONCE, "c-1 has 120 points")
                        .edit("routes/order-points-add.camel.yaml", "ON CONFLICT (order_id) DO NOTHING", "ON CONFLICT (order_id) DO UPDATE SET state = 'ADDED'"),
                new Mutant("refund only notes that points are taken back", Scenario.REFUND_TAKES_THE_POINTS_BACK, "c-1 has 110 points")
                        .edit("routes/order-points-take-back.camel.yaml", "simple: ${header.CamelSqlUpdateCount} == 1", "constant: \"false\""),
                new Mutant("refund takes points back each time that it comes", Scenario.REFUND_TAKES_THE_POINTS_BACK, "c-1 has 90 points")
                        .edit("routes/order-points-take-back.camel.yaml", "WHERE o.state = 'ADDED'", "WHERE true"),
                new Mutant("points behind their refund are added", Scenario.POINTS_BEHIND_A_REFUND_ARE_NOT_ADDED, "c-1 has 110 points")
                        .edit("routes/order-points-add.camel.yaml", "ON CONFLICT (order_id) DO NOTHING", "ON CONFLICT (order_id) DO UPDATE SET state = 'ADDED' WHERE order_points.state = 'TAKEN_BACK'"),
                new Mutant("deduction is recorded outside of the transaction, and there is no check", Scenario.DEDUCTION_IS_ONE_FACT_WITH_WHAT_IS_TOLD, "decided 1, in stock 5, told 0")
                        .edit("routes/order-stock-book-deduction.camel.yaml", first, first.replace("stock", "outside"))
                        .set("camel.beans.outside", "#class:org.postgresql.ds.PGSimpleDataSource")
                        .set("camel.beans.outside.url", "{{database.stock.url}}")
                        .set("camel.beans.outside.user", "postgres").unchecked(),
                new Mutant("warehouse is told under another key each time", Scenario.WAREHOUSE_KNOWS_WHAT_IT_IS_TOLD_AGAIN, "[o-1 as ")
                        .edit("routes/order-outbound-tell-warehouse.camel.yaml", "            simple: ${header.ce_id}", "            simple: ${uuid}"),
                new Mutant("warehouse is told of what is paid", Scenario.WAREHOUSE_IS_TOLD_OF_DEDUCTED_GOODS, "the warehouse is told of [o-paid")
                        .edit("routes/order-outbound-tell.camel.yaml", "{{outbox.destination.stock.deducted}}", "{{outbox.destination.order.paid}}"),
                new Mutant("cancelled order is told", Scenario.WAREHOUSE_IS_NOT_TOLD_OF_A_CANCELLED_ORDER, "the warehouse is told of [o-1")
                        .edit("routes/order-outbound-tell.camel.yaml", "SET state = excluded.state WHERE o.state = 'CREATED'", "SET state = excluded.state"));
    }

    private static List<Mutant> half() {
        return List.of(
                new Mutant("barrier lets everybody pass", Scenario.LATE_TRANSACTION_IS_REFUSED, "the change is committed, and its check-back was answered with 409")
                        .edit(SQL + "enter-barrier.sql", "DO NOTHING", "DO UPDATE SET decision = 'COMMITTED'"),
                new Mutant("425 is taken for a rollback", Scenario.RUNNING_TRANSACTION_IS_ASKED_AGAIN, "ROLLED_BACK, and its transaction was running")
                        .edit(SQL + "settle-half-messages.sql", "AS asked_enough, o.decision,", "AS asked_enough, CASE o.answer WHEN '425' THEN 'ROLLED_BACK' ELSE o.decision END AS decision,"),
                new Mutant("commit is recorded without the row to move", Scenario.COMMITTED_HALF_MESSAGE_IS_PUBLISHED, "the message is committed, and nobody will publish it")
                        .edit(SQL + "decide-half-message.sql", "waiting = CAST(:#decision AS text) = 'COMMITTED'", "waiting = false"),
                new Mutant("half message is marked as moved, and its row is not there", Scenario.COMMITTED_HALF_MESSAGE_IS_PUBLISHED, "the message is committed, and nobody will publish it")
                        .edit(SQL + "release-half-messages.sql", "WHERE free.due_at IS NULL AND free.delay IS NULL", "WHERE false"),
                new Mutant("last word counts", Scenario.FIRST_WORD_ON_A_HALF_MESSAGE_COUNTS, "the late rollback is answered with 200")
                        .edit(SQL + "decide-half-message.sql", "mine.state IN ('PREPARED', 'DEAD')", "mine.state <> :#decision"),
                new Mutant("committed half message overtakes", Scenario.UNDECIDED_HALF_MESSAGE_HOLDS_ITS_KEY, "the second message of the key is sent, and the first is undecided")
                        .edit(SQL + "release-half-messages.sql", "e.place < h.place", "e.place > h.place"),
                new Mutant("checks are not counted", Scenario.UNDECIDED_HALF_MESSAGE_IS_A_DEAD_LETTER_AT_THE_END, "the producer is asked ")
                        .edit(SQL + "claim-half-messages.sql", "attempts = h.attempts + 1", "attempts = h.attempts"));
    }

    /** What the configuration check refuses does bring a message for ever. */
    private static List<Mutant> unchecked() {
        return List.of(
                new Mutant("handler has an error handler of its own, and there is no check", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS,
                        "times and is not parked")
                        .edit("routes/bank-b-credit-transfer.camel.yaml", "    errorHandler:\n      noErrorHandler: {}\n", "").unchecked(),
                new Mutant("handler calls its failures handled, and there is no check", Scenario.FAILING_MESSAGE_IS_PARKED_AFTER_ITS_ATTEMPTS,
                        "times and is not parked")
                        .edit("routes/bank-b-credit-transfer.camel.yaml", "      noErrorHandler: {}\n",
                                "      deadLetterChannel:\n        deadLetterUri: log:dead\n").unchecked());
    }
}
