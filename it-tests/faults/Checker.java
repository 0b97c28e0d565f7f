package faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import demo.Bank;
import demo.Invariants;

/**
 * What must hold when all faults are healed and all is drained: the claims of {@link Invariants}, of {@link Publication} and of
 * {@link Reception}, and a bound on what was published twice. It shares no code with the pack; CheckerIT shows that each of its claims
 * can fail.
 */
final class Checker {

    private final List<String> violations = new ArrayList<>();
    private final Invariants invariants;
    private final long duplicates;

    /**
     * @param bank              the databases, with the {@link Witness}
     * @param requests          the transferIds of each account, in the order of their requests
     * @param sent              what the notification service has sent: transferId by Idempotency-Key
     * @param wire              all records of all topics, each partition in its order
     * @param expired           the messages that receivers have been made to forget, each as {@code consumer id}
     * @param allowedDuplicates how many records there may be beyond one for each message
     */
    Checker(Bank bank, Map<String, List<String>> requests, Map<String, String> sent, List<Sighting> wire, Set<String> expired,
            long allowedDuplicates) {
        invariants = new Invariants(bank, requests, sent);
        Publication publication = new Publication(bank, requests, wire);
        violations.addAll(invariants.violations());
        if (!invariants.hold() && violations.isEmpty()) {
            violations.add(invariants.toString());
        }
        violations.addAll(publication.violations());
        violations.addAll(new Reception(bank, publication.published(), sent, expired).violations());
        duplicates = wire.size() - publication.published().values().stream().mapToLong(Map::size).sum();
        if (duplicates > allowedDuplicates) {
            violations.add(duplicates + " records are on the wire a second time, and the faults explain " + allowedDuplicates);
        }
    }

    /** What is wrong, a line each. */
    List<String> violations() {
        return violations;
    }

    /** How many records were on the wire beyond one for each message. */
    long duplicates() {
        return duplicates;
    }

    @Override
    public String toString() {
        return invariants + " violations=" + violations.size() + " duplicates_on_the_wire=" + duplicates;
    }
}
