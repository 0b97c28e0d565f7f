package mutants;

import java.util.List;
import java.util.Map;

import harness.Routes;

/** What an outbox-retry must do with parked messages. */
final class OutboxRetryScenarios {

    private OutboxRetryScenarios() {
    }

    /** A newer message of the key is written while the retry gives up the first one, before it releases the second. */
    static String releasedFollowersKeepTheirPlace(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        try (Gate gate = Gate.atStatement(outbox.database, "DELETE ON outbox_parked", "OLD.reason = 'REFUSED'")) {
            return keyGoesOn(outbox, gate, List.of("2", "3"));
        }
    }

    /** A message of the key is written while the retry gives up the only one before it, after it has looked for others and before it commits. */
    static String messageThatComesWhileARetryCommitsIsPublished(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        try (Gate gate = Gate.atCommit(outbox.database, "DELETE ON outbox_parked", "OLD.reason = 'REFUSED'")) {
            return keyGoesOn(outbox, gate, List.of("3"));
        }
    }

    private static String keyGoesOn(Outbox outbox, Gate gate, List<String> expected) throws Exception {
        List<String> behind = expected.subList(0, expected.size() - 1);
        outbox.insert("k", "1" + " ".repeat(2_000_000));
        behind.forEach(body -> outbox.insert("k", body));
        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            Verdict.await().until(() -> outbox.parked("REFUSED").equals(List.of("1")) && outbox.parked("BEHIND").equals(behind));
            outbox.database.update("UPDATE outbox_parked SET exhausted = true, next_attempt_at = now() WHERE reason = 'REFUSED'");
            gate.awaitHeld();
            outbox.insert("k", "3");
            // when this is published, the relay has had the chance to take the one before it
            outbox.insert(Outbox.OTHER, "other");
            outbox.awaitPublished("other");
            gate.close();

            return Verdict.await(() -> {
                List<Object> forEver = outbox.behindNobody();
                if (!forEver.isEmpty()) {
                    return forEver + " is parked behind a message that is done: nothing will ever free it";
                }
                List<String> published = outbox.published().stream().filter(body -> !body.equals("other")).toList();
                if (published.contains("3") && !published.equals(expected)) {
                    return "the topic has " + published + ", in this order";
                }
                return published.size() == expected.size() ? Verdict.KEPT : null;
            });
        }
    }
}
