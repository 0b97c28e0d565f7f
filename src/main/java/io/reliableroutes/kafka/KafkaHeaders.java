package io.reliableroutes.kafka;

import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * The names of Camel's Kafka headers. They changed in Camel 4.18.3, and the compiler copies constants, so the names are read from the
 * version that runs.
 */
public final class KafkaHeaders {

    /** Key of a record. */
    public static final String KEY = name("KEY");
    /** Topic that a record came from. */
    public static final String TOPIC = name("TOPIC");
    /** Partition that a record came from, an Integer. */
    public static final String PARTITION = name("PARTITION");
    /** Offset that a record came from, a Long. */
    public static final String OFFSET = name("OFFSET");
    /** Whether a record is the last one of its partition in a poll, a Boolean. */
    public static final String LAST_OF_PARTITION = name("LAST_RECORD_BEFORE_COMMIT");
    /** How a record's offset is committed, a KafkaManualCommit. */
    public static final String MANUAL_COMMIT = name("MANUAL_COMMIT");
    /** Topic that a record is sent to, in place of its endpoint's. */
    public static final String OVERRIDE_TOPIC = name("OVERRIDE_TOPIC");

    private KafkaHeaders() {
    }

    private static String name(String constant) {
        try {
            return (String) KafkaConstants.class.getField(constant).get(null);
        } catch (ReflectiveOperationException e) {
            throw new ConfigurationException("camel-kafka has no header " + constant + ": records could not be addressed. "
                    + "Use a version of Camel that the pack is tested with.");
        }
    }
}
