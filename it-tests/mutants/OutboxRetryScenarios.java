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
            return followersGoOn(outbox, gate);
        }
    }

    /** The same, after the retry has released the second one and before it commits. */
    static String messageThatComesWhileARetryCommitsIsPublished(Pack pack) throws Exception {
        Outbox outbox = new Outbox(pack, Map.of());
        try (Gate gate = Gate.atCommit(outbox.database, "DELETE ON outbox_parked", "OLD.reason = 'REFUSED'")) {
            return followersGoOn(outbox, gate);
        }
    }

    private static String followersGoOn(Outbox outbox, Gate gate) throws Exception {
        outbox.insert("k", "1" + " ".repeat(2_000_000));
        outbox.insert("k", "2");
        try (Routes relay = outbox.start("bank-a-relay.camel.yaml")) {
            Verdict.await().until(() -> outbox.parked("BEHIND").equals(List.of("2")));
            outbox.database.update("UPDATE outbox_parked SET exhausted = true, next_attempt_at = now() WHERE reason = 'REFUSED'");
            gate.awaitHeld();
            outbox.insert("k", "3");
            // when this is published, the relay has had the chance to take the one before it
            outbox.insert(Outbox.OTHER, "other");
            outbox.awaitPublished("other");
            gate.close();

            return Verdict.await(() -> {
                boolean headIsGone = outbox.parked("REFUSED").isEmpty();
                List<Object> behind = outbox.parked("BEHIND");
                if (headIsGone && !behind.isEmpty()) {
                    return behind + " is parked behind a message that is done: nothing will ever free it";
                }
                List<String> published = outbox.published().stream().filter(body -> !body.equals("other")).toList();
                if (published.contains("3") && !published.equals(List.of("2", "3"))) {
                    return "the topic has " + published + ", in this order";
                }
                return published.size() == 2 ? Verdict.KEPT : null;
            });
        }
    }
}
