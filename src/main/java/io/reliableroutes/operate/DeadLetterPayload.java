package io.reliableroutes.operate;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Shows a dead letter with its payload, so that it can be mended and replayed: the members are those that {@link DeadLetterRequest} takes. */
public class DeadLetterPayload {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param  row of {@code show-dead-letter.sql}, not null
     * @return     the letter as JSON, its payload as {@code payload} where it is UTF-8, else as {@code payloadBase64}; null for a tombstone's
     */
    public String show(Map<String, Object> row) throws JsonProcessingException {
        ObjectNode letter = (ObjectNode) JSON.readTree((String) row.get("letter"));
        byte[] payload = (byte[]) row.get("payload");
        try {
            letter.put("payload", payload == null ? null : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
        } catch (CharacterCodingException e) {
            letter.put("payloadBase64", payload);
        }
        return JSON.writeValueAsString(letter);
    }
}
