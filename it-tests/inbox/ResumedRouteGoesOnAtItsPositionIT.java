package inbox;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import harness.Downstream;
import harness.Routes;
import org.apache.camel.component.kafka.KafkaConsumer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The database was restored, so Kafka's offsets are ahead of the positions, and an operator suspends and resumes the route: Camel goes on at Kafka's offsets. */
class ResumedRouteGoesOnAtItsPositionIT {

    private static final String ROUTE = Notifier.CONSUMER + "-inbox";

    @Test
    void routeThatIsResumedGoesOnAtItsPositionAndNotAtKafkasOffsets() throws Exception {
        AtomicReference<CountDownLatch> slow = new AtomicReference<>(new CountDownLatch(0));
        AtomicReference<CountDownLatch> called = new AtomicReference<>(new CountDownLatch(0));
        try (Notifier notifier = new Notifier(4, request -> {
            called.get().countDown();
            slow.get().await();
            return Downstream.answer(204, "");
        })) {
            notifier.settings.put("notifier.service-timeout", "60000");
            for (int i = 1; i <= 40; i++) {
                notifier.settled("a-" + i, "t-" + i);
            }
            try (Routes routes = notifier.start()) {
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(40));
            }
            notifier.database.update("UPDATE inbox_position SET position = -1");
            notifier.database.update("DELETE FROM inbox_message");
            notifier.database.update("DELETE FROM notification");
            for (int i = 1; i <= 40; i++) {
                notifier.settled("a-" + i, "u-" + i);
            }
            // when it is suspended, it has taken up one record of one partition
            notifier.settings.put("inbox.max-poll-records", "1");
            slow.set(new CountDownLatch(1));
            called.set(new CountDownLatch(1));
            try (Routes routes = notifier.start()) {
                called.get().await();
                KafkaConsumer consumer = (KafkaConsumer) routes.context().getRoute(ROUTE).getConsumer();
                Thread operator = new Thread(() -> suspend(routes));
                operator.start();
                InboxFixture.await().until(consumer::isSuspendingOrSuspended);
                slow.get().countDown();
                operator.join();
                InboxFixture.await().until(consumer::isKafkaPaused);

                routes.context().getRouteController().resumeRoute(ROUTE);
                InboxFixture.await().untilAsserted(() -> assertThat(notifier.database.count("notification")).isEqualTo(80));
            }
        }
    }

    private static void suspend(Routes routes) {
        try {
            routes.context().getRouteController().suspendRoute(ROUTE);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
