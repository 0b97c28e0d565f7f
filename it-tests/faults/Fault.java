package faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What can happen to a world, each from outside, and which defect it would bring to light. */
enum Fault {

    /** A row that is deleted before the broker has it; a shard that stays locked by a dead relay. */
    KILL_RELAY(0, ProcessFaults.kill("relay")),
    /** A row that is deleted when its record is in the client's buffer: the buffer dies with the relay. */
    KILL_RELAY_WITHOUT_BROKER(2, ProcessFaults::killRelayWithoutBroker),
    /** A debit without its message; an answer to a customer that was not committed; a refund that is booked twice. */
    KILL_BANK_A(0, ProcessFaults.kill("bank-a")),
    /** An offset that is committed before its effect; a credit without its answer. */
    KILL_BANK_B(0, ProcessFaults.kill("bank-b")),
    /** A customer who is told twice or never. */
    KILL_NOTIFIER(0, ProcessFaults.kill("notifier")),

    /** A relay that believes in its shards by the clock: it wakes after another has taken them, with its batch still to be sent. */
    PAUSE_RELAY(4, ProcessFaults.pauseAndCutOff("relay")),
    /** Requests that time out and are booked nevertheless. */
    PAUSE_BANK_A(2, ProcessFaults.pause("bank-a")),
    /** Two owners of a partition: it wakes after its group has given it up, with records still to be handled. */
    PAUSE_BANK_B(8, ProcessFaults.pause("bank-b")),
    /** As before, and its database session is gone as well. */
    PAUSE_NOTIFIER(2, ProcessFaults.pauseAndCutOff("notifier")),
    /** An outage of a downstream that uses up attempts. */
    PAUSE_SERVICE(3, ProcessFaults.pauseService()),

    /** A commit whose outcome is unknown, taken for the one or the other. */
    CUT_DATABASE(0, NetworkFaults.cut(Member::database)),
    /** An outage that is taken for a bad message; a pool that keeps dead connections. */
    REFUSE_DATABASE(3, NetworkFaults.refuse(Member::database)),
    /** Wider windows for every race; time-outs that are too short. */
    DELAY_DATABASE(3, NetworkFaults.delay(Member::database)),
    /** A COMMIT that arrives after its sender has given it up; a session that nobody uses and that holds its locks. */
    BLACK_HOLE_DATABASE(6, NetworkFaults.blackHole(Member::database)),
    /** As before, while the others go on and meet the locks. */
    BLACK_HOLE_DATABASE_OF_ONE(6, NetworkFaults.blackHole(Member::database).ofOne()),
    /** Sessions that end in the middle of a statement. */
    TERMINATE_SESSIONS(0, ServerFaults::terminateSessions),
    /** Everything that was not on disk is gone; errors of a server that is just starting. */
    RESTART_POSTGRES(1, ServerFaults::restartPostgres),

    /** An acknowledgement that is lost; offsets that cannot be committed. */
    CUT_BROKER(0, NetworkFaults.cut(Member::broker)),
    /** A message that is parked although only its broker is away. */
    REFUSE_BROKER(4, NetworkFaults.refuse(Member::broker)),
    /** Acknowledgements that come late. */
    DELAY_BROKER(3, NetworkFaults.delay(Member::broker)),
    /** A batch that arrives after its relay has given it up, behind newer messages of its keys. */
    BLACK_HOLE_BROKER(5, NetworkFaults.blackHole(Member::broker)),
    /** As before, while another relay goes on. */
    BLACK_HOLE_BROKER_OF_ONE(5, NetworkFaults.blackHole(Member::broker).ofOne()),
    /** Records that were fetched and are skipped; positions that are lost. */
    KILL_BROKER(1, ServerFaults::killBroker),

    /** A batch that counts as published before it is committed: the next relay must publish it again. */
    KILL_RELAY_AT_COMMIT(0, ProcessFaults::killRelayAtCommit),
    /** An effect or an offset that is there before the other: the next receiver must handle the message, and once. */
    KILL_RECEIVER_AT_COMMIT(0, ProcessFaults::killReceiverAtCommit),

    /** Effects that depend on an offset, and not on the inbox key. */
    RESET_OFFSETS(0, StoreFaults::resetOffsets),
    /** Effects that depend on keys which are older than any record that can come again. */
    EXPIRE_KEYS(0, StoreFaults::expireKeys),
    /** A refused message that is overtaken by the next of its key, or stops the others. */
    REFUSE_RECORDS(3, StoreFaults::refuseRecords);

    private final Duration lasting;
    private final Injection injection;

    Fault(int seconds, Injection injection) {
        this.lasting = Duration.ofSeconds(seconds);
        this.injection = injection;
    }

    /** All, or those that {@code -Dfaults=KILL_RELAY,CUT_BROKER} names. */
    static List<Fault> all() {
        List<String> wanted = List.of(System.getProperty("faults", "").split(","));
        return Stream.of(values()).filter(fault -> !areChosen() || wanted.contains(fault.name())).toList();
    }

    /** Whether {@code -Dfaults} names some. */
    static boolean areChosen() {
        return !System.getProperty("faults", "").isEmpty();
    }

    /** How long it lasts. */
    Duration lasting() {
        return lasting;
    }

    /** Whether it may happen together with another: the last ones need servers that answer. */
    boolean isCombinable() {
        return ordinal() < KILL_RELAY_AT_COMMIT.ordinal();
    }

    /** Whether it hits one process, of ours or of the downstream, and none of the servers. */
    boolean isOfAProcess() {
        return ordinal() < CUT_DATABASE.ordinal();
    }

    /** Whether the proxies are seen hindering something when it happens. */
    boolean isOfTheNetwork() {
        return injection instanceof NetworkFaults;
    }

    /** Does it. */
    Runnable inject(World world, Random random) {
        return injection.inject(world, random);
    }

    @FunctionalInterface
    interface Injection {

        /**
         * @param  world  what to break, not null
         * @param  random chooses the victim, not null
         * @return        mends it, not null; it may be called when another fault has mended the same, or has broken it as well
         */
        Runnable inject(World world, Random random);
    }
}
