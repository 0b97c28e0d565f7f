package io.reliableroutes.outbox;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.reliableroutes.outbox.kafka.RejectedRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/**
 * One row of the outbox as the value of a Kafka record: a CloudEvent in binary mode. Its headers are put on the record while it is
 * serialized: as headers of Camel's message some names would choose the topic, the partition, the key or the time of the record, and others
 * would vanish.
 *
 * @param row     the claimed row, not null
 * @param headers the headers of the record, not null
 */
record OutboxRecord(Map<String, Object> row, Map<String, String> headers) {

    /** What the columns of a row say, its headers do not. */
    private static final Pattern RESERVED = Pattern.compile("ce_.*|content-type|traceparent", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** CloudEvents' extension attributes of a saga's commands, which only its statements write. */
    private static final Pattern OF_A_SAGA = Pattern.compile("ce_saga[a-z]*");

    /** PostgreSQL has taken the headers as JSON already: what it could store is not refused for its depth or length. */
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
            .maxNestingDepth(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE).build()).build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).nodeFactory(JsonNodeFactory.withExactBigDecimals(true)).build();

    /**
     * @param  row                     a row of {@code claim-outbox-batch.sql} or {@code claim-due-outbox-batch.sql}, not null
     * @param  source                  CloudEvents source, not null
     * @return                         its record, not null
     * @throws RejectedRecordException if it can be none: it is too large, or its headers cannot be read
     */
    static OutboxRecord of(Map<String, Object> row, String source) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", (String) row.get("message_id"));
        headers.put("ce_source", source);
        headers.put("ce_type", (String) row.get("type"));
        headers.put("ce_time", ((Timestamp) row.get("created_at")).toInstant().toString());
        headers.put("content-type", (String) row.get("content_type"));
        if (row.get("traceparent") != null) {
            headers.put("traceparent", (String) row.get("traceparent"));
        }
        OutboxRecord record = new OutboxRecord(row, headers);
        if (record.payload() == null && ((Number) row.get("bytes")).longValue() > 0) {
            throw new RejectedRecordException(record, RejectedRecordException.Fault.MESSAGE, new RecordTooLargeException("payload (" + row.get("bytes")
                    + " bytes) is longer than outbox.relay.max-request-size: it is not sent. Raise that, and max.message.bytes of the topic."));
        }
        if (row.get("headers") != null) {
            record.addHeaders((String) row.get("headers"));
        }
        return record;
    }

    private void addHeaders(String json) {
        try {
            JSON.readTree(json).properties().forEach(header -> {
                String text = text(header.getValue());
                if (text != null && (!isReserved(header.getKey()) || OF_A_SAGA.matcher(header.getKey()).matches())) {
                    headers.put(header.getKey(), text);
                }
            });
        } catch (JsonProcessingException e) {
            throw new RejectedRecordException(this, RejectedRecordException.Fault.MESSAGE, new SerializationException("headers cannot be read: "
                    + e.getOriginalMessage() + ". The message is not sent. Write a JSON object of texts.", e));
        }
    }

    /** True for names that only the columns of a row set, in any case. */
    static boolean isReserved(String name) {
        return RESERVED.matcher(name).matches();
    }

    /** A text as it is, null for null, and everything else as JSON writes it, numbers without an exponent. */
    private static String text(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isBigDecimal()) {
            BigDecimal number = value.decimalValue();
            return number.toPlainString();
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }

    /** The value of the record, null for a tombstone. */
    byte[] payload() {
        return (byte[]) row.get("payload");
    }

    String messageId() {
        return (String) row.get("message_id");
    }

    /** Ids and no payload, for messages. */
    @Override
    public String toString() {
        return "record " + messageId();
    }

    /** Kafka's serializer of such values. */
    public static final class ValueSerializer implements Serializer<Object> {

        @Override
        public byte[] serialize(String topic, Object value) {
            return ((OutboxRecord) value).payload();
        }

        @Override
        public byte[] serialize(String topic, Headers headers, Object value) {
            ((OutboxRecord) value).headers().forEach((name, text) -> headers.add(name, text.getBytes(StandardCharsets.UTF_8)));
            return serialize(topic, value);
        }
    }
}
