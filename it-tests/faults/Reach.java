package faults;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import harness.Database;
import org.apache.kafka.clients.admin.Admin;

/** A client on a host: its exit status is how many of PostgreSQL and Kafka answer it within so many seconds. */
final class Reach {

    private Reach() {
    }

    public static void main(String[] arguments) {
        Callable<?> database = () -> new Database(arguments[0] + "?loginTimeout=" + arguments[2]).value("SELECT 1");
        Callable<?> broker = () -> {
            String limit = arguments[2] + "000";
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[1], "default.api.timeout.ms", limit,
                    "request.timeout.ms", limit))) {
                return admin.describeCluster().clusterId().get();
            }
        };
        Runtime.getRuntime().halt((int) Stream.of(database, broker).parallel().filter(Reach::answers).count());
    }

    private static boolean answers(Callable<?> client) {
        try {
            client.call();
            return true;
        } catch (Exception e) {
            System.out.println(e);
            return false;
        }
    }
}
