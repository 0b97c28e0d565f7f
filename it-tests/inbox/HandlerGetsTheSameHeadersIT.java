package inbox;

import java.util.LinkedHashMap;
import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A handler cannot tell the first delivery from a retry or a replay: body and listed headers, as text, are the same. */
class HandlerGetsTheSameHeadersIT {

    private final AnyHandler any = new AnyHandler();

    @Test
    void listedHeadersAreTheSameTextInEveryDelivery() {
        any.settings.put("inbox.any.headers", "ce_*,content-type,Tenant,x-*");
        any.settings.put("inbox.retry.first-delay", "100ms");
        any.settings.put("inbox.retry.max-attempts", "1");
        Map<String, String> headers = new LinkedHashMap<>(AnyHandler.headers("m-1"));
        headers.put("tenant", "t\u00fcr\0");
        headers.put("X-Trace", "1");
        headers.put("other", "is not listed");
        headers.put("ce_", "");
        headers.put("ce_partitionkey", "another");
        any.topic.send("k", "fail", headers);

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD");
            any.database.update("""
                    INSERT INTO inbox_parked (consumer, source, message_id, message_key, payload, headers, replayed, behind, attempts, next_attempt_at)
                    SELECT consumer, source, message_id, message_key, payload, headers, true, false, 0, now() FROM dead_letter""");
            AnyHandler.await().until(() -> AnyHandler.CALLS.size() > 4);
        }

        assertThat(AnyHandler.CALLS).as("3 attempts at once, a retry, a replay").allMatch(AnyHandler.CALLS.get(0)::equals);
        assertThat(AnyHandler.CALLS.get(0)).isEqualTo("fail {X-Trace=String 1, ce_=String , ce_id=String m-1, ce_partitionkey=String k, ce_source=String bank-a, "
                + "ce_type=String transfer.requested, content-type=String application/json, tenant=String t\u00fcr\\u0000}");
    }

    @Test
    void headersOfTracesComeByDefaultAndNothingElse() {
        Map<String, String> headers = new LinkedHashMap<>(AnyHandler.headers("m-1"));
        for (String name : new String[] {"traceparent", "tracestate", "baggage", "tenant", "breadcrumbId", "JMSReplyTo", "CamelSqlQuery", "subject"}) {
            headers.put(name, "x");
        }
        any.topic.send("k", "good", headers);

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 HANDLED");
        }

        assertThat(AnyHandler.CALLS).singleElement().asString().isEqualTo("good {baggage=String x, ce_id=String m-1, ce_partitionkey=String k, ce_source=String bank-a, "
                + "ce_type=String transfer.requested, content-type=String application/json, traceparent=String x, tracestate=String x}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "c*", "ce_*,CamelHttpUri", "camelsql*", "kafka.OVERRIDE_TOPIC", "Kafka.*", "jmsreplyto", "BreadcrumbId", "Subject", "org.apache.camel.x",
        "long-*", "ce_*,,x", "a b", "x*y"})
    void listThatLetsInWhatCamelReadsIsRefused(String list) {
        any.settings.put("inbox.headers", list);

        assertThatThrownBy(any::start).hasMessageStartingWith("inbox.headers (" + list + ") for any: ");
    }
}
