package faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import demo.Bank;
import harness.Database;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Whether a world works, as seen from outside: each process has done each of its jobs since a moment, and what was there before that
 * moment is through. That one of two relays does the work of both is not enough.
 */
final class Health {

    private final Bank bank;
    private final List<Member> members;
    private final Supplier<Throwable> customers;
    private final Instant since;
    private List<String> complaints = List.of();

    /** @param since when the fault was healed, not null */
    Health(World world, Instant since) {
        this(world.bank, world.members, world.load::failure, since);
    }

    Health(Bank bank, List<Member> members, Supplier<Throwable> customers, Instant since) {
        this.bank = bank;
        this.members = members;
        this.customers = customers;
        this.since = since;
    }

    /** What is wrong, a line each. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        Set<String> active = new TreeSet<>();
        for (Database database : List.of(bank.bankA(), bank.bankB(), bank.notifier())) {
            active.addAll(Witness.active(database, since));
            long waiting = (Long) database.value("SELECT count(*) FROM outbox_message WHERE created_at < CAST(? AS timestamptz)", since.toString());
            if (waiting > 0) {
                complaints.add(waiting + " messages wait in an outbox of " + database.url());
            }
        }
        for (Member member : members) {
            if (!member.process().isAlive()) {
                complaints.add(member.name() + " does not run");
            }
            member.jobs().stream().filter(job -> !active.contains(member.name() + " " + job))
                    .forEach(job -> complaints.add(member.name() + " has done nothing as " + job));
        }
        Set<String> untold = ids("SELECT id FROM transfer WHERE requested_at < CAST(? AS timestamptz)", bank.bankA(), since.toString());
        untold.removeAll(ids("SELECT transfer_id AS id FROM notification", bank.notifier()));
        if (!untold.isEmpty()) {
            complaints.add(untold.size() + " transfers have not been notified, for example " + untold.iterator().next());
        }
        if (customers.get() != null) {
            complaints.add("a customer got a wrong answer: " + customers.get());
        }
        return complaints;
    }

    private static Set<String> ids(String sql, Database database, Object... parameters) {
        Set<String> ids = new HashSet<>();
        database.rows(sql, parameters).forEach(row -> ids.add((String) row.get("id")));
        return ids;
    }

    /** Returns how long it took until there was nothing wrong any more, and what was wrong last. */
    String await(Duration bound) {
        try {
            Awaitility.await().atMost(bound).pollInterval(Duration.ofMillis(250)).until(() -> {
                List<String> now = complaints();
                if (!now.isEmpty()) {
                    complaints = now;
                }
                return now.isEmpty();
            });
            return "all well after " + Duration.between(since, Instant.now()).toMillis() + " ms, last: " + String.join("; ", complaints);
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("not healthy within " + bound.toSeconds() + " s: " + String.join("; ", complaints), e);
        }
    }
}
