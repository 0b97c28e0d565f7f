package io.reliableroutes.inbox;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;

/**
 * Messages as one text, for statements that take all of them at once: CloudEvents' JSON Batch Format. A payload that is JSON is in {@code data} as
 * it came, with the digits of its numbers; any other is in {@code data_base64}.
 */
final class EventList {

    static final String MEDIA_TYPE = "application/cloudevents-batch+json";
    private static final JsonFactory JSON = new JsonFactory();
    private static final String ATTRIBUTE = "ce_";

    private EventList() {
    }

    /** @param messages with an identity each, in the order in which they are to have their effects, not null */
    static String of(List<ReceivedMessage> messages) {
        StringWriter text = new StringWriter();
        try (JsonGenerator list = JSON.createGenerator(text)) {
            list.writeStartArray();
            for (ReceivedMessage message : messages) {
                write(list, message);
            }
            list.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator list, ReceivedMessage message) throws IOException {
        Map<String, String> attributes = attributes(message);
        list.writeStartObject();
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            list.writeStringField(attribute.getKey(), attribute.getValue());
        }
        byte[] payload = message.payload();
        String json = payload != null && isJson(attributes.get("datacontenttype")) ? json(payload) : null;
        if (json != null) {
            list.writeFieldName("data");
            list.writeRawValue(json);
        } else if (payload != null) {
            list.writeBinaryField("data_base64", payload);
        }
        list.writeEndObject();
    }

    /** What its handler would get as headers. Identity and key are those that it is recognised and ordered by. */
    private static Map<String, String> attributes(ReceivedMessage message) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("specversion", "1.0");
        message.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(ATTRIBUTE)) {
                attributes.put(lower.substring(ATTRIBUTE.length()), value);
            } else {
                attributes.put(lower.equals("content-type") ? "datacontenttype" : lower, value);
            }
        });
        attributes.keySet().removeAll(List.of("data", "data_base64", "partitionkey"));
        attributes.put("id", message.identity().id());
        attributes.put("source", message.identity().source());
        if (message.key() != null) {
            attributes.put("partitionkey", message.key());
        }
        return attributes;
    }

    /** By the media type; without one, data is JSON. */
    private static boolean isJson(String mediaType) {
        return mediaType == null || mediaType.toLowerCase(Locale.ROOT).replaceFirst(";.*", "").trim().matches("[^/]+/([^/]+[+])?json");
    }

    /** The payload if it is one JSON text, else null. */
    private static String json(byte[] payload) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
            try (JsonParser parser = JSON.createParser(text)) {
                if (parser.nextToken() == null) {
                    return null;
                }
                parser.skipChildren();
                return parser.nextToken() == null ? text : null;
            }
        } catch (IOException e) {
            // no UTF-8, no JSON, or deeper than its readers go
            return null;
        }
    }
}
