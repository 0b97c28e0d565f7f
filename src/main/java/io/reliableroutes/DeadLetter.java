package io.reliableroutes;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;

/** Makes the parameters of {@code insert-dead-letter.sql} from a Kafka record that failed for good. */
public class DeadLetter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern KEPT_HEADERS = Pattern.compile("ce_.*|content-type|traceparent", Pattern.CASE_INSENSITIVE);

    /**
     * @param  exchange the failed exchange with the record's original message, not null
     * @param  consumer the receiver that gives up, not null
     * @return          one value for each parameter, not null. Text is cut and cleaned so that PostgreSQL takes it: a dead letter that
     *                  cannot be stored would stop its partition.
     * @throws JsonProcessingException never, headers are text
     */
    public Map<String, Object> fromRecord(Exchange exchange, String consumer) throws JsonProcessingException {
        Message record = exchange.getMessage();
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Map<String, String> headers = new TreeMap<>();
        record.getHeaders().forEach((name, value) -> {
            if (KEPT_HEADERS.matcher(name).matches()) {
                headers.put(name, text(value, 4000));
            }
        });
        Map<String, Object> letter = new LinkedHashMap<>();
        letter.put("consumer", consumer);
        letter.put("message_id", text(record.getHeader("ce_id"), 200));
        letter.put("message_key", text(record.getHeader(KafkaConstants.KEY), 1000));
        letter.put("topic", record.getHeader(KafkaConstants.TOPIC, String.class));
        letter.put("topic_partition", record.getHeader(KafkaConstants.PARTITION, Integer.class));
        letter.put("topic_offset", record.getHeader(KafkaConstants.OFFSET, Long.class));
        letter.put("payload", record.getBody(byte[].class));
        letter.put("headers", JSON.writeValueAsString(headers));
        letter.put("attempts", exchange.getProperty(TransactionPolicy.ATTEMPTS, 1, Integer.class));
        letter.put("error_class", cause.getClass().getName());
        letter.put("error_message", text(String.valueOf(cause.getMessage()), 4000));
        letter.put("first_failed_at", new Timestamp(exchange.getClock().getCreated()));
        return letter;
    }

    private static String text(Object value, int length) {
        if (value == null) {
            return null;
        }
        String text = value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value.toString();
        String clean = text.replace('\0', '\uFFFD');
        return clean.isEmpty() ? null : clean.substring(0, Math.min(length, clean.length()));
    }
}
