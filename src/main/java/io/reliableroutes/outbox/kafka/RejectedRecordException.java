package io.reliableroutes.outbox.kafka;

/**
 * A sink refuses one record, for what the record is or for where it is to go: sending it again cannot succeed, while other records can be
 * sent. Every other exception of a sink means that it can send nothing now.
 */
public class RejectedRecordException extends RuntimeException {

    /** Whose fault a refusal is. */
    public enum Fault {
        /** the message's own: it is parked with its key and uses up an attempt */
        MESSAGE,
        /** the destination's: it is missing, invalid or forbidden, and all its messages wait, no attempt used up */
        DESTINATION
    }

    private final transient Object record;
    private final Fault fault;

    /**
     * @param record the refused value, as the sink has got it, not null
     * @param fault  whose fault it is, not null
     * @param cause  the refusal, not null
     */
    public RejectedRecordException(Object record, Fault fault, Throwable cause) {
        super(record + " is refused: " + cause.getMessage(), cause);
        this.record = record;
        this.fault = fault;
    }

    /** @return the refused value, null after serialization */
    public Object getRecord() {
        return record;
    }

    /** @return whose fault it is, not null */
    public Fault getFault() {
        return fault;
    }
}
