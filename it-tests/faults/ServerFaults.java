package faults;

import java.util.Random;

import harness.Database;

/** Faults of PostgreSQL and Kafka themselves. */
final class ServerFaults {

    private ServerFaults() {
    }

    /** Ends all sessions of all processes. */
    static Runnable terminateSessions(World world, Random random) {
        world.members.forEach(member -> terminateSessions(world, member.name()));
        return () -> {
        };
    }

    /** Ends the sessions of one process. */
    static void terminateSessions(World world, String name) {
        Database server = world.postgres.database("postgres");
        try {
            server.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?", name);
        } catch (IllegalStateException e) {
            // another fault has stopped the server, and with it all sessions
        }
    }

    /** Stops PostgreSQL at once and starts it on the same data. */
    static Runnable restartPostgres(World world, Random random) {
        world.postgres.crash();
        return world.postgres::start;
    }

    /** kill -9 of the broker, which is started on the same data. */
    static Runnable killBroker(World world, Random random) {
        world.kafka.kill();
        return world.kafka::start;
    }
}
