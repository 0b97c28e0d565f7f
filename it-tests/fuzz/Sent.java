package fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import org.apache.kafka.common.header.Header;

/**
 * A record that was sent to a receiver.
 *
 * @param number as its body says
 * @param act     what its handler does
 * @param times   at how many attempts it does so
 * @param good    of a key that has good ones only
 * @param aborted in a transaction that never was
 * @param digest  of the value
 */
record Sent(int number, String topic, int partition, long offset, byte[] key, List<Header> headers, Sabotage act, int times, boolean good, boolean aborted, boolean empty, String digest) {

    /** At more attempts than a message ever has. */
    static final int ALWAYS = 999;

    /** The part of its identity that is in a header, as the tables have it: the last of that name with a value counts; null if there is none. */
    private String part(String name) {
        byte[] value = null;
        for (Header header : headers) {
            value = header.key().equalsIgnoreCase(name) && header.value() != null ? header.value() : value;
        }
        if (value == null || value.length == 0) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            if (value.length <= 200 && text.indexOf('\0') < 0 && !text.startsWith("sha256:") && !(name.equals("ce_source") && text.startsWith("kafka:"))) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // is hashed
        }
        return sha256(value);
    }

    private static String sha256(byte[] value) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean hasIdentity() {
        return part("ce_source") != null && part("ce_id") != null;
    }

    /** Source and id as {@code msg_received} has them: of the message, or else of its place. */
    String identity() {
        String place = "kafka:" + topic;
        return hasIdentity() ? part("ce_source") + " " + part("ce_id") : (place.length() > 200 ? sha256(place.getBytes(StandardCharsets.UTF_8)) : place) + " " + partition + "@" + offset;
    }

    String keyText() {
        return key == null ? null : new String(key, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "record %s-%d@%d {key=%s, does %s %d times, headers=%s}".formatted(Hostile.shortened(topic), partition, offset, Hostile.shortened(key), act, times,
                headers.stream().map(header -> Hostile.shortened(header.key()) + "=" + Hostile.shortened(header.value())).toList());
    }
}
