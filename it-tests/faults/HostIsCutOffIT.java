package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The example on two hosts, each of which in turn is cut off from the servers and from its customers while it holds row locks. */
class HostIsCutOffIT {

    /** PostgreSQL as docs/operations.md wants it and Kafka notice after 6 seconds; a busy machine takes longer to catch up. */
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int TRANSFERS = 10;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Tag("soak")
    @Test
    void otherHostTakesOverAndNothingIsLostOrDoneTwice() {
        try (Hosts hosts = Hosts.create(); World world = new World(folder, 1, hosts)) {
            System.out.println(hosts + ", logs in " + folder);
            List<String> unhealthy = new ArrayList<>(Strike.recovery(world, BOUND));

            for (int host : Hosts.ALL) {
                assertThat(hosts.reachableServers(host, world, folder, 60)).as("servers that answer host %s", host).isEqualTo(2);
                Instant start = Instant.now();
                cutOffWithLocks(host, hosts, world);
                Instant cut = Instant.now();

                int answered = world.load.answered();
                assertOthersAreWell("host " + host + " is cut off", host, world, cut);
                assertThat(hosts.reachableServers(host, world, folder, 3)).as("servers that answer host %s, cut off", host).isZero();
                Awaitility.await("transfers asked at the other host").atMost(BOUND).until(() -> world.load.answered() >= answered + TRANSFERS);
                assertOthersAreWell("  and what was asked meanwhile", host, world, Instant.now());
                assertThat(active(world, cut)).as("who has worked while host %s was cut off", host).doesNotContainAnyElementsOf(Hosts.names(host));

                hosts.heal(host);
                world.book.note(Duration.between(start, Instant.now()));
                unhealthy.addAll(Strike.recovery(world, BOUND));
            }

            Checker checker = Ending.of(world, BOUND);
            System.out.println(checker);
            unhealthy.addAll(checker.violations());
            assertThat(unhealthy).as("violations").isEmpty();
        }
    }

    /** Its relay has claimed a batch, handed it to a broker that does not answer, and holds the shards when the network goes. */
    private static void cutOffWithLocks(int host, Hosts hosts, World world) {
        world.kafka.pause();
        try {
            Awaitility.await("a batch of host " + host).atMost(BOUND).until(() -> !locks(host, world, "300 milliseconds").isEmpty());
            hosts.cutOff(host);
        } finally {
            world.kafka.resume();
        }
        assertThat(locks(host, world, "0 seconds")).as("transactions that host %s has left behind", host).isNotEmpty();
    }

    private static List<Map<String, Object>> locks(int host, World world, String age) {
        return world.bank.bankA().rows("""
                SELECT pid, query FROM pg_stat_activity WHERE application_name = ? AND state = 'idle in transaction'
                AND state_change < now() - CAST(? AS interval)
                AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'outbox_shard'::regclass)""", "bank-a-" + host, age);
    }

    /** The processes that are left do the work of all, and all that was asked before a moment is through. */
    private static void assertOthersAreWell(String when, int host, World world, Instant since) {
        List<Member> others = world.members.stream().filter(member -> !Hosts.names(host).contains(member.name())).toList();
        Strike.say(when + ": " + new Health(world.bank, others, world.load::failure, since).await(BOUND));
    }

    private static Set<String> active(World world, Instant since) {
        return Stream.of(world.bank.bankA(), world.bank.bankB()).flatMap(database -> Witness.active(database, since).stream())
                .map(job -> job.split(" ")[0]).collect(Collectors.toSet());
    }
}
