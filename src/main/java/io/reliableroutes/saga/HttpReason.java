package io.reliableroutes.saga;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.support.PublicText;

/** Why a participant refuses: what its problem detail (RFC 9457) says, as a saga can keep it. */
final class HttpReason {

    /** Of a longer body nothing is known. */
    static final int LONGEST_BODY = 65_536;

    private static final ObjectMapper JSON = new ObjectMapper();
    /** What is shorter is no secret. */
    private static final int SHORTEST_SECRET = 8;

    private final List<String> secrets;

    /**
     * @param url           of the participant, which may hold secrets that it tells again, not null
     * @param authorization header that it gets, not null
     */
    HttpReason(URI url, String authorization) {
        String rest = String.join(" ", url.getRawPath().replaceFirst("^/[^/]*", ""), url.getRawQuery() == null ? "" : url.getRawQuery(), authorization);
        secrets = Arrays.stream(rest.split("[/&=; ]")).filter(part -> part.length() >= SHORTEST_SECRET)
                .flatMap(part -> Stream.of(part, decoded(part))).distinct().toList();
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // a percent sign of a token
            return part;
        }
    }

    /** Its {@code detail}, or else its {@code title}, in 200 characters and one line, without the secrets of the address; {@code HTTP 409} if it has neither. Never fails. */
    String of(byte[] body) {
        try {
            JsonNode problem = body.length > LONGEST_BODY ? null : JSON.readTree(body);
            for (String member : problem == null ? List.<String>of() : List.of("detail", "title")) {
                JsonNode value = problem.get(member);
                String text = value == null || !value.isTextual() ? "" : clean(value.asText());
                if (!text.isEmpty()) {
                    return text;
                }
            }
        } catch (IOException e) {
            // no problem detail
        }
        return "HTTP 409";
    }

    private String clean(String text) {
        String shown = PublicText.of(text);
        for (String secret : secrets) {
            shown = shown.replace(secret, "…");
        }
        return SagaAnswer.reason(shown);
    }
}
