package position;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import harness.CommitGate;
import harness.RouteProcess;
import harness.Routes;
import io.reliableroutes.inbox.InboxPartitions;
import io.reliableroutes.inbox.InboxPoll;
import io.reliableroutes.kafka.KafkaHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory.CamelExchangePayload;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory.KafkaRecordPayload;
import org.apache.camel.spi.StateRepository;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Partitions that change their owner are taken up where the old one was, and an owner that does not know it yet does nothing any more. */
class OwnersChangeIT {

    @TempDir
    private Path folder;

    private final PositionFixture bank = new PositionFixture();

    @Test
    void rollingChangeOfOwnersHasEachEffectOnceAndInOrderAlsoWithoutKeys() throws Exception {
        bank.admin(admin -> admin.createPartitions(java.util.Map.of(bank.topic.name(), NewPartitions.increaseTo(4))).all().get());
        bank.database.update("CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM inbox_message WHERE message_id = NEW.message_id; "
                + "RETURN NULL; END $$; CREATE TRIGGER forget AFTER INSERT ON inbox_message FOR EACH ROW EXECUTE FUNCTION forget()");
        List<Routes> owners = new ArrayList<>();
        try {
            owners.add(bank.start());
            for (int i = 1; i <= 200; i++) {
                bank.request("k" + i % 8, "m-" + i, "t-" + i);
                if (i % 40 == 0) {
                    owners.add(bank.start());
                    owners.remove(0).close();
                }
            }
            PositionFixture.await().untilAsserted(() -> assertThat(bank.booked()).hasSizeGreaterThanOrEqualTo(200));
        } finally {
            owners.forEach(Routes::close);
        }

        assertThat(bank.booked()).hasSize(200).doesNotHaveDuplicates();
        for (int key = 0; key < 8; key++) {
            int of = key;
            assertThat(bank.booked().stream().filter(id -> Integer.parseInt(id.toString().substring(2)) % 8 == of)).as("key %d", key)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 200).filter(i -> i % 8 == of).<Object>mapToObj(i -> "t-" + i).toList());
        }
        assertThat(bank.incidents()).isEmpty();
    }

    /** It is stopped with records in its hands, while the commit of the first is under way, and woken when all is done and the keys are gone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void zombieThatCommitsLateDoesNothingAgain(int batch) {
        bank.settings.put("inbox.batch-size", String.valueOf(batch));
        bank.requests(1, 6);
        CommitGate gate = new CommitGate(bank.database, "INSERT", "ledger_entry");
        try (RouteProcess zombie = RouteProcess.camelMain(folder.resolve("zombie"), bank.settings, PositionFixture.FILES).start()) {
            PositionFixture.await().until(() -> bank.database.waiting("advisory") > 0);
            zombie.pause();
            gate.close();
            try (Routes owner = bank.start()) {
                bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6");
                PositionFixture.await().until(() -> bank.position() == 5);
                bank.forgetKeys();
                zombie.resume();
                PositionFixture.await().untilAsserted(() -> assertThat(zombie.log()).contains("does not follow the stored position"));
                bank.requests(7, 8);
                bank.awaitBooked("t-1", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7", "t-8");
            }
        }

        assertThat(bank.database.count("inbox_parked")).as("no attempt was used up").isZero();
        assertThat(bank.database.count("dead_letter")).isZero();
        assertThat(bank.incidents()).isEmpty();
    }

    /** A process may have several consumers, and one of them may be slow to notice that another has its partition now. */
    @Test
    void consumerThatHasGatheredHalfOfABatchLeavesNothingOutWhenAnotherHasItsPartition() throws Exception {
        bank.requests(1, 1);
        try (Routes routes = bank.start()) {
            bank.awaitBooked("t-1");
            InboxPoll poll = new InboxPoll();
            poll.setConsumer(PositionFixture.CONSUMER);
            KafkaEndpoint endpoint = (KafkaEndpoint) routes.context().getRoute(PositionFixture.CONSUMER + "-inbox").getEndpoint();
            StateRepository<String, String> position = endpoint.getConfiguration().getOffsetRepository();
            position.getState(bank.topic.name() + "/0");
            Exchange first = record(endpoint, 1, false);
            poll.gather(first);
            assertThat(first.getMessage().getBody(List.class)).isEmpty();

            Thread other = new Thread(() -> position.getState(bank.topic.name() + "/0"));
            other.start();
            other.join();

            assertThatThrownBy(() -> poll.gather(record(endpoint, 2, true))).hasMessageContaining("is no longer that of this consumer");
        }
    }

    private Exchange record(KafkaEndpoint endpoint, long offset, boolean last) {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(KafkaHeaders.TOPIC, bank.topic.name());
        exchange.getMessage().setHeader(KafkaHeaders.PARTITION, 0);
        exchange.getMessage().setHeader(KafkaHeaders.OFFSET, offset);
        exchange.getMessage().setHeader(KafkaHeaders.LAST_OF_PARTITION, last);
        exchange.getMessage().setHeader(KafkaHeaders.MANUAL_COMMIT, new InboxPartitions().newInstance(new CamelExchangePayload(exchange, null, null, null),
                new KafkaRecordPayload(new TopicPartition(bank.topic.name(), 0), offset, 0), null));
        return exchange;
    }
}
