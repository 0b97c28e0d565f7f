package inbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import harness.Database;
import harness.Java;
import harness.Kafka;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import harness.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a record has and its handler throws, it has its effect or is parked or dead, visibly, and the next record has its turn. */
class NothingStopsAPartitionIT {

    private final AnyHandler any = new AnyHandler();

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void handlerMayFailInAnyWay(int batch) {
        any.inBatchesOf(batch);
        any.settings.put("inbox.retry.first-delay", "1s");
        any.settings.put("inbox.retry.max-attempts", "1");
        AnyHandler.FAILURES.keySet().forEach(failure -> any.send(failure, failure, failure));
        any.send("k", "good", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived(Stream.concat(AnyHandler.FAILURES.keySet().stream().map(failure -> failure + " DEAD"), Stream.of("good HANDLED"))
                    .toArray(String[]::new));
        }

        assertThat(any.effects()).containsExactly("good");
        assertThat(any.database.rows("SELECT message_id, attempts, error_class, error_message FROM dead_letter")).allSatisfy(letter -> {
            assertThat(letter).containsEntry("attempts", 4);
            assertThat(letter.get("error_message").toString()).isNotBlank().satisfies(message -> assertThat(AnyHandler.bytes(message)).hasSizeLessThanOrEqualTo(4000));
        });
        assertThat(any.database.value("SELECT error_class FROM dead_letter WHERE message_id = 'Error'")).isEqualTo("java.lang.StackOverflowError");
        assertThat(any.database.value("SELECT error_message FROM dead_letter WHERE message_id = 'NUL'")).isEqualTo("a\\u0000b");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void recordMayHaveAnyKeyAndHeaders(int batch) {
        any.inBatchesOf(batch);
        List<String> keys = List.of("", "k".repeat(100_000), "a\0b", "\uD83D\uDE00");
        for (int i = 0; i < keys.size(); i++) {
            any.send(keys.get(i), "head-" + i, "fail");
            any.send(keys.get(i), "next-" + i, "fail");
        }
        List<Map.Entry<String, byte[]>> headers = new ArrayList<>(AnyHandler.headers("odd").entrySet().stream()
                .map(header -> Map.entry(header.getKey(), AnyHandler.bytes(header.getValue()))).toList());
        headers.add(Map.entry("ce_a\0b", AnyHandler.bytes("x")));
        headers.add(Map.entry("ce_" + "x".repeat(20_000), AnyHandler.bytes("x")));
        headers.add(Map.entry("ce_nul", AnyHandler.bytes("a\0b")));
        headers.add(Map.entry("ce_long", AnyHandler.bytes("x".repeat(200_000))));
        headers.add(Map.entry("ce_bytes", new byte[] {(byte) 0xff, 0}));
        headers.add(new java.util.AbstractMap.SimpleEntry<>("ce_null", null));
        any.topic.sendRaw("odd", AnyHandler.bytes("fail"), headers);
        any.send("k", "good", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("good HANDLED");
        }

        assertThat(any.received()).containsExactlyInAnyOrder("good HANDLED", "odd RETRYING", "head-0 RETRYING", "next-0 PENDING", "head-1 RETRYING",
                "next-1 PENDING", "head-2 RETRYING", "next-2 PENDING", "head-3 RETRYING", "next-3 PENDING");
        assertThat(any.database.rows("SELECT octet_length(message_key) AS length FROM inbox_parked WHERE message_id = 'next-1'")).containsExactly(Map.of("length", 100_000));
        assertThat(any.database.rows("""
                SELECT headers ->> 'ce_nul' AS nul, length(headers ->> 'ce_long') AS long, (SELECT count(*) FROM jsonb_object_keys(headers)) AS names
                FROM inbox_parked WHERE message_id = 'odd'""")).containsExactly(Map.of("nul", "a\\u0000b", "long", 200_000, "names", 7L));
    }

    /** Camel follows causes to their end: that fills the memory of whoever lets it, and ends its process. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void failureWithoutEndFillsNoMemory(int batch, @TempDir Path folder) {
        any.inBatchesOf(batch).settings.put("inbox.retry.max-attempts", "0");
        List.of("good", "circle", "endless", "good too").forEach(body -> any.send(body, body, body));

        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("any"), any.settings,
                Java.root().resolve("it-tests/inbox/any-handler.camel.yaml").toString()).start()) {
            any.awaitReceived("good HANDLED", "circle DEAD", "endless DEAD", "good too HANDLED");

            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void topicMayHaveTheLongestName() {
        Kafka kafka = Servers.kafka();
        Topic topic = new Topic(kafka, "t".repeat(230) + Servers.name("t"));
        kafka.createTopics(1, topic.name());
        any.settings.put("outbox.destination.transfer.requested", topic.name());
        any.settings.put("inbox.retry.max-attempts", "0");
        topic.send("k", "fail", AnyHandler.headers("m-1"));
        topic.send("k", "no id", Map.of());
        topic.send("k", "good", AnyHandler.headers("m-2"));

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "0@1 DEAD", "m-2 HANDLED");
        }

        assertThat(any.database.count("outbox_message")).as("no destination has room for such a name").isZero();
    }

    @Test
    void databaseMayHaveAnOldEncoding() {
        AnyHandler latin = new AnyHandler(latin1());
        latin.settings.put("inbox.headers", "ce_*,tenant");
        for (String id : List.of("\u00e9", "\u8f49", "\u5e33")) {
            latin.send(id, id, "fail");
        }
        latin.topic.sendRaw("\u8f49", AnyHandler.bytes("huge"), Stream.of(Map.entry("ce_id", "m-1"), Map.entry("ce_source", "\u8f49"), Map.entry("tenant", "\u8f49"))
                .map(header -> Map.entry(header.getKey(), AnyHandler.bytes(header.getValue()))).toList());
        latin.send("k", "good", "good");

        try (Routes routes = latin.start()) {
            latin.awaitReceived("good HANDLED");
        }

        assertThat(latin.received()).hasSize(5).filteredOn(line -> line.endsWith("RETRYING")).hasSize(3).anyMatch(line -> line.startsWith("\u00e9"));
        assertThat(latin.received()).contains("m-1 PENDING");
        assertThat(latin.database.rows("SELECT message_key, headers ->> 'tenant' AS tenant FROM inbox_parked WHERE message_id = 'm-1'"))
                .containsExactly(Map.of("message_key", "\\u8f49", "tenant", "\\u8f49"));
    }

    @Test
    void classMayBeNamedTwiceAmongThePermanentErrors() {
        any.settings.put("inbox.permanent-errors", "java.lang.IllegalStateException,, java.lang.IllegalStateException");
        any.send("k", "m-1", "fail");
        any.send("k", "m-2", "good");

        try (Routes routes = any.start()) {
            any.awaitReceived("m-1 DEAD", "m-2 HANDLED");
        }
    }

    private static Database latin1() {
        String name = Servers.name("latin1").replace('.', '_');
        String url = Servers.database().url();
        new Database(url).update("CREATE DATABASE " + name + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        return new Database(url.replaceFirst("/[^/]*$", "/" + name));
    }
}
