package mutants;

import java.util.LinkedHashMap;
import java.util.Map;

import harness.Database;
import harness.Servers;
import harness.Topic;

/** Start-up, which the configuration check refuses if messages would be lost. */
final class StartScenarios {

    private StartScenarios() {
    }

    static String filesStart(Pack pack) {
        Database database = pack.database("schema.sql", "example-bank-a.sql");
        String topic = Topic.create(Servers.kafka(), 1).name();
        Map<String, String> settings = new LinkedHashMap<>();
        for (String bank : new String[] {"bank-a", "bank-b"}) {
            settings.put("database." + bank + ".url", database.url());
            settings.put("database." + bank + ".user", "postgres");
        }
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("outbox.destination.transfer.requested", topic);
        settings.put("outbox.destination." + topic + ".dead", topic + ".dead");

        pack.start(settings, "bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml", "bank-a-request-transfer.camel.yaml",
                "bank-a-check-media-type.camel.yaml", "bank-a-check-request.camel.yaml", "bank-a-book-transfer.camel.yaml", "bank-a-answer-request.camel.yaml",
                "bank-a-record-settled.camel.yaml", "bank-a-tell-settled.camel.yaml").close();
        return null;
    }
}
