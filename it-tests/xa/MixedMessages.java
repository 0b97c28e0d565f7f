package xa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Good and bad messages of a few groups, from one seed, and what has to become of each. */
final class MixedMessages {

    /** Bodies of those that must have one effect, by group, in their order. */
    final Map<String, List<String>> good = new LinkedHashMap<>();
    /** How many must be dead letters. */
    int dead;
    /** How many of them must be kept unread. */
    int unread;
    private final Random random;
    private final List<String> sent = new ArrayList<>();

    MixedMessages(long seed) {
        random = new Random(seed);
    }

    void send(SharingReceiver receiver, int count) {
        for (int i = 0; i < count; i++) {
            String group = "group " + random.nextInt(4);
            switch (random.nextInt(20)) {
                case 0 -> {
                    receiver.send("bad " + i, group);
                    dead++;
                }
                case 1 -> send(receiver, "flaky " + i, group);
                case 2 -> {
                    // no source
                    receiver.xa.artemis.send(SharingReceiver.QUEUE, "nobody's " + i, Map.of("ce_id", "x", "JMSXGroupID", group));
                    dead++;
                }
                case 3 -> {
                    receiver.xa.artemis.sendObject(SharingReceiver.QUEUE, "an object");
                    dead++;
                    unread++;
                }
                case 4 -> {
                    receiver.xa.artemis.send(SharingReceiver.QUEUE, null, Map.of("ce_id", "empty " + i, "ce_source", "test", "JMSXGroupID", group));
                    dead++;
                }
                case 5 -> {
                    if (!sent.isEmpty()) {
                        receiver.send(sent.get(random.nextInt(sent.size())), group);
                    }
                }
                default -> send(receiver, "good " + i, group);
            }
        }
    }

    private void send(SharingReceiver receiver, String body, String group) {
        receiver.send(body, group);
        sent.add(body);
        good.computeIfAbsent(group, key -> new ArrayList<>()).add(body);
    }
}
