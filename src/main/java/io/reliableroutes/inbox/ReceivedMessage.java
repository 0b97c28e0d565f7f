package io.reliableroutes.inbox;

import java.sql.Timestamp;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.kafka.KafkaHeaders;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.MessageIdentity;
import io.reliableroutes.support.RetrySettings;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A message as it came from a topic or a queue, with text as the database takes it: a message that could not be parked would stop its
 * partition. Makes the parameters of the statements that park it, make it a dead letter, or keep it in a poorer way.
 */
public final class ReceivedMessage extends InboxMessage {

    private static final ObjectMapper JSON = new ObjectMapper();

    private boolean read;
    private InboxPosition.Step step = InboxPosition.NOT_STORED;
    private MessageIdentity identity;
    private boolean hasId;
    private byte[] payload;
    private String key;
    private String topic;
    private Object partition;
    private Object offset;
    private Map<String, String> headers;
    private Throwable givenUp;
    private int usedAttempts;
    private Timestamp firstFailedAt;
    private boolean held;

    private ReceivedMessage(String consumer, String dataSource) {
        super(consumer, dataSource);
    }

    /**
     * The one of an exchange; the same in each of its attempts.
     *
     * @param  exchange   of a receiver, not null
     * @param  consumer   name of the receiver, not null
     * @param  dataSource bean name of the data source with the inbox, not null
     * @return            the message, not read yet if this is the first attempt, not null
     */
    public static ReceivedMessage take(Exchange exchange, String consumer, String dataSource) {
        ReceivedMessage message = of(exchange);
        if (message == null) {
            message = new ReceivedMessage(consumer, dataSource);
            message.keepWith(exchange);
        }
        return message;
    }

    /** That of a record, outside its exchange; the message of the exchange is the record's afterwards. */
    static ReceivedMessage read(Exchange exchange, ReceivedRecord record, String consumer, String dataSource) {
        exchange.setMessage(record.message());
        ReceivedMessage message = read(exchange, consumer, dataSource);
        message.setStep(record.step());
        return message;
    }

    /**
     * One of several of an exchange.
     *
     * @param  exchange   whose message it is now, not null
     * @param  consumer   name of the receiver, not null
     * @param  dataSource bean name of the data source with the inbox, not null
     * @return            the message, read, which is not the exchange's, not null
     */
    public static ReceivedMessage read(Exchange exchange, String consumer, String dataSource) {
        ReceivedMessage message = new ReceivedMessage(consumer, dataSource);
        message.read(exchange);
        return message;
    }

    /** Begins to be handled in an exchange, with the body and the headers that its handler sees. */
    void enter(Exchange exchange) {
        keepWith(exchange);
        exchange.getMessage().removeHeaders("*");
        give(exchange);
    }

    /** Its key has parked messages. */
    void hold() {
        held = true;
    }

    /** It waits behind nobody after all. */
    void free() {
        held = false;
    }

    /** Whether its key had parked messages when its batch began, and it has not asked yet whether they are done. */
    boolean isHeld() {
        return held;
    }

    /** That of an exchange, null if it has none. */
    static ReceivedMessage of(Exchange exchange) {
        return InboxMessage.of(exchange) instanceof ReceivedMessage message ? message : null;
    }

    /** Which step of a position an exchange is; one that stores nothing for an exchange that comes from no receiver with positions. Not null. */
    static InboxPosition.Step step(Exchange exchange) {
        ReceivedMessage message = of(exchange);
        return message == null ? InboxPosition.NOT_STORED : message.step;
    }

    void setStep(InboxPosition.Step step) {
        this.step = step;
    }

    /**
     * Takes over what came, before its headers are removed: body, identity, {@link HeaderList} and, in the headers of Camel's Kafka component,
     * key and place. Does nothing in later attempts. Asks the database for its encoding, once.
     *
     * @param exchange as it came, not null
     */
    public void read(Exchange exchange) {
        if (read) {
            return;
        }
        Message message = exchange.getMessage();
        DatabaseText text = DatabaseText.of(exchange.getContext(), dataSource());
        identity = identity(exchange);
        hasId = message.getHeader("ce_id") != null;
        payload = message.getBody(byte[].class);
        key = text.clean(message.getHeader(KafkaHeaders.KEY));
        topic = text.clean(message.getHeader(KafkaHeaders.TOPIC));
        partition = message.getHeader(KafkaHeaders.PARTITION);
        offset = message.getHeader(KafkaHeaders.OFFSET);
        headers = HeaderList.of(exchange.getContext(), consumer()).of(new HashMap<>(message.getHeaders()), text);
        read = true;
    }

    /** What the message of an exchange, as it came, is recognised by, null if it has nothing of that. Asks the database for its encoding, once. */
    public MessageIdentity identity(Exchange exchange) {
        DatabaseText text = DatabaseText.of(exchange.getContext(), dataSource());
        Object id = exchange.getMessage().getHeader("ce_id");
        MessageIdentity known = MessageIdentity.of(exchange.getMessage().getHeader("ce_source"), id, text);
        return known != null ? known : MessageIdentity.of(setting(exchange, "source"), id, text);
    }

    /** What is told of a message without an identity, not null. */
    public InvalidMessageException unidentified(boolean withId) {
        return new InvalidMessageException("header " + (withId ? "ce_source is missing, and inbox.source is empty" : "ce_id is missing")
                + ": the message could not be recognised when it comes again. Send CloudEvents with source and id"
                + (withId ? ", or set inbox." + consumer() + ".source, if all its ids are of one source." : "."));
    }

    /**
     * Gives it up: no attempt is left.
     *
     * @param failure  why, not null
     * @param attempts it has used up, in earlier deliveries and in this one
     */
    public void giveUp(Throwable failure, int attempts) {
        givenUp = failure;
        usedAttempts = attempts;
    }

    /** @param firstFailedAt when its first attempt has failed, in an earlier delivery; null if none has */
    public void setFirstFailedAt(Timestamp firstFailedAt) {
        this.firstFailedAt = firstFailedAt;
    }

    /** What it is recognised by, not null after {@link #check}. */
    public MessageIdentity identity() {
        return identity;
    }

    @Override
    Throwable givenUp() {
        return givenUp;
    }

    @Override
    String key() {
        return key;
    }

    @Override
    byte[] payload() {
        return payload;
    }

    @Override
    Map<String, String> headers() {
        return headers;
    }

    /** Key of the message in {@link InboxRepository}, not null after {@link #check}. */
    public String inboxKey() {
        return identity.key();
    }

    /**
     * Leaves its key in the repository as the exchange property {@code inboxKey}.
     *
     * @throws InvalidMessageException if it has no identity, or no body where its consumer does not want tombstones
     */
    public void check(Exchange exchange) {
        InvalidMessageException problem = problem(exchange);
        if (problem != null) {
            throw problem;
        }
        exchange.setProperty("inboxKey", inboxKey());
    }

    /** Why the message is none, or null. */
    private InvalidMessageException problem(Exchange exchange) {
        if (identity == null) {
            return unidentified(hasId);
        }
        if (payload == null && !"handle".equals(setting(exchange, "tombstones"))) {
            return new InvalidMessageException("message " + identity.id() + " has no body: there is nothing to handle. Send a body, or set inbox."
                    + consumer() + ".tombstones=handle, if its handler knows what to do without.");
        }
        return null;
    }

    /**
     * @param  exchange an inbox's exchange, not null
     * @return          parameters of {@code lock-parked-inbox-key.sql}, null if the message may overtake a parked one: it has no key, or
     *                  {@code inbox.order} is {@code skip}
     */
    public static Map<String, Object> ordered(Exchange exchange) {
        ReceivedMessage message = of(exchange);
        return message.isOrdered(exchange.getContext()) ? Map.of("consumer", message.consumer(), "message_key", message.key) : null;
    }

    boolean isOrdered(CamelContext context) {
        return key != null && !"skip".equals(RetrySettings.value(context, "inbox", consumer(), "order"));
    }

    /**
     * @param  exchange an inbox's exchange that has failed, not null
     * @return          true if the message is to come again as if nothing had happened: in an outage, for as long as one message may hold its
     *                  partition, unless the downstream has said when; or while the brake is on
     */
    public static boolean isOutage(Exchange exchange) {
        ReceivedMessage message = of(exchange);
        if (message == null) {
            // no transaction has begun
            return true;
        }
        message.read(exchange);
        String place = message.topic + '/' + message.partition;
        if (InboxFailure.isOutage(exchange)) {
            return InboxFailure.wait(exchange) == null
                    && ReceiverPause.of(exchange.getContext(), message.consumer()).isPatientWith(place, String.valueOf(message.offset));
        }
        return InboxFailure.isBraked(exchange, place + '/' + message.offset);
    }

    /**
     * @param  exchange an inbox's exchange, after a failed attempt, not null
     * @return          true if the message is to be tried again before it is parked
     */
    public static boolean isWorthAnotherTry(Exchange exchange) {
        RetrySettings settings = InboxFailure.settings(exchange);
        exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, settings.immediateDelay());
        return of(exchange).attempts(exchange) < settings.immediateAttempts() && !InboxFailure.isPermanent(exchange) && InboxFailure.wait(exchange) == null;
    }

    /**
     * @param  exchange               an inbox's exchange whose record waits behind an earlier one of its key, not null
     * @return                        parameters of {@code park-inbox-follower.sql}, not null
     * @throws JsonProcessingException never, headers are text
     */
    public static Map<String, Object> follower(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = lastResort(exchange);
        parameters.put("message_key", of(exchange).key);
        parameters.put("headers", JSON.writeValueAsString(of(exchange).headers));
        return parameters;
    }

    /**
     * @param  exchange               an inbox's exchange that has failed for the last time, not null
     * @return                        parameters of {@code park-inbox-message.sql}, or, where {@code delay} is null, of
     *                                {@code insert-inbox-dead-letter.sql}; not null
     * @throws JsonProcessingException never, headers are text
     */
    public static Map<String, Object> failed(Exchange exchange) throws JsonProcessingException {
        Map<String, Object> parameters = follower(exchange);
        ReceivedMessage message = of(exchange);
        InboxFailure.describe(parameters, exchange, message.attempts(exchange));
        parameters.put("first_failed_at", message.firstFailedAt != null ? message.firstFailedAt : new Timestamp(exchange.getClock().getCreated()));
        parameters.put("dead_destination", InboxFailure.deadDestination(exchange, message.topic));
        if (InboxFailure.isOutage(exchange) && InboxFailure.wait(exchange) == null) {
            InboxFailure.tellOutage(exchange, String.valueOf(parameters.get("message_id")));
        }
        if (message.problem(exchange) != null) {
            // nothing that a retry could mend
            parameters.put("delay", null);
        }
        return parameters;
    }

    /**
     * @param  exchange an inbox's exchange whose message could be neither parked nor buried, not null
     * @return          parameters of {@code keep-inbox-message.sql}: its payload and where it came from, not null
     */
    public static Map<String, Object> lastResort(Exchange exchange) {
        ReceivedMessage message = of(exchange);
        message.read(exchange);
        MessageIdentity known = message.identity != null ? message.identity : MessageIdentity.ofPlace(message.topic, message.partition, message.offset);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("consumer", message.consumer());
        parameters.put("source", known.source());
        parameters.put("message_id", known.id());
        parameters.put("placed", message.identity == null);
        parameters.put("topic", message.topic);
        parameters.put("topic_partition", message.partition);
        parameters.put("topic_offset", message.offset);
        parameters.put("topic_id", message.step.topicId());
        parameters.put("seen", message.step.seen());
        parameters.put("payload", message.payload);
        parameters.put("attempts", message.attempts(exchange));
        return parameters;
    }

    private int attempts(Exchange exchange) {
        return givenUp != null ? usedAttempts : exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class);
    }
}
