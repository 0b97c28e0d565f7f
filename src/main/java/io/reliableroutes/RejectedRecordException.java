package io.reliableroutes;

/**
 * The broker, or the producer itself, refuses one record for what it is: sending it again cannot succeed, while other records can
 * be sent.
 */
public class RejectedRecordException extends RuntimeException {

    private final String messageId;

    /**
     * @param messageId CloudEvents id of the refused record, not null
     * @param cause     the refusal, not null
     */
    public RejectedRecordException(String messageId, Throwable cause) {
        super("record " + messageId + " is refused: " + cause.getMessage(), cause);
        this.messageId = messageId;
    }

    /** @return the CloudEvents id of the refused record, not null */
    public String getMessageId() {
        return messageId;
    }
}
