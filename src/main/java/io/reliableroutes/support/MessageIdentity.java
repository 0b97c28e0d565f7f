package io.reliableroutes.support;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What a received message is recognised by: CloudEvents' source and id, which are unique together, compared byte by byte. What an index
 * cannot hold is hashed and never cut, so different identities stay different; so is a source like {@code kafka:<topic>}, which stands for places.
 *
 * @param source where it comes from, not null, at most 200 bytes of UTF-8 without NUL; empty in rows of a release that knew no source, and
 *               then it stands for every source
 * @param id     which one it is there, not null, 1 to 200 bytes of UTF-8 without NUL
 */
public record MessageIdentity(String source, String id) {

    private static final int LONGEST = 200;
    private static final String HASHED = "sha256:";
    private static final String RECORD = "kafka:";
    /** No part has it. */
    private static final char SEPARATOR = '\0';

    /**
     * @param  source value of the header {@code ce_source}: bytes, text, a number or null
     * @param  id     value of the header {@code ce_id}, likewise
     * @param  text   what the database can hold, not null: a part that it cannot is hashed too
     * @return        the identity, or null if a part is missing or empty
     */
    public static MessageIdentity of(Object source, Object id, DatabaseText text) {
        String sourcePart = part(source, text);
        if (sourcePart != null && sourcePart.startsWith(RECORD)) {
            // no sender's record is taken for one that has only its place
            sourcePart = hash(sourcePart.getBytes(StandardCharsets.UTF_8));
        }
        String idPart = part(id, text);
        return sourcePart == null || idPart == null ? null : new MessageIdentity(sourcePart, idPart);
    }

    /**
     * Of a message without an identity of its own: where it came from.
     *
     * @param topic     topic or queue, null if it is unknown
     * @param partition of the topic, null for a queue
     * @param offset    in the partition, null for a queue
     */
    public static MessageIdentity ofPlace(Object topic, Object partition, Object offset) {
        boolean record = partition != null && offset != null;
        return new MessageIdentity(part((record ? RECORD : "jms:") + topic, DatabaseText.ASCII), record ? partition + "@" + offset : UUID.randomUUID().toString());
    }

    /** @param key what {@link #key} has made, or an id alone; not null, not empty */
    public static MessageIdentity ofKey(String key) {
        int separator = key.indexOf(SEPARATOR);
        return separator < 0 ? new MessageIdentity("", part(key, DatabaseText.UTF8)) : new MessageIdentity(key.substring(0, separator), key.substring(separator + 1));
    }

    /** @return both parts in one text, for the inbox' repository */
    public String key() {
        return source + SEPARATOR + id;
    }

    /** As {@code <source> <id>}, for people. */
    @Override
    public String toString() {
        return source + " " + id;
    }

    private static String part(Object value, DatabaseText database) {
        byte[] raw = value == null ? new byte[0] : value instanceof byte[] bytes ? bytes : value.toString().getBytes(StandardCharsets.UTF_8);
        if (raw.length == 0) {
            return null;
        }
        String text = value instanceof byte[] ? decoded(raw) : encodable(value.toString());
        boolean kept = text != null && raw.length <= LONGEST && database.holds(text) && !text.startsWith(HASHED);
        // a text that has no UTF-8, for half of a surrogate pair, has its own form as bytes
        return kept ? text : hash(text == null && !(value instanceof byte[]) ? value.toString().getBytes(StandardCharsets.UTF_16BE) : raw);
    }

    private static String decoded(byte[] raw) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String encodable(String text) {
        try {
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String hash(byte[] raw) {
        try {
            return HASHED + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(raw));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
