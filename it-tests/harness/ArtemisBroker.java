package harness;

import java.nio.file.Path;

import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.api.core.SimpleString;

/** The program that {@link Artemis} starts: a broker that leaves the counting of deliveries to the pack, {@code ArtemisBroker port folder [management-address]}. */
public final class ArtemisBroker {

    private ArtemisBroker() {
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(true)
                .setSecurityEnabled(false)
                .setJournalType(JournalType.NIO)
                .setJournalDatasync(false)
                .setJournalDirectory(folder.resolve("journal").toString())
                .setBindingsDirectory(folder.resolve("bindings").toString())
                .setPagingDirectory(folder.resolve("paging").toString())
                .setLargeMessagesDirectory(folder.resolve("large").toString())
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + arguments[0]);
        configuration.addAddressSetting("#", new AddressSettings().setMaxDeliveryAttempts(-1).setAutoCreateDeadLetterResources(true)
                .setDeadLetterAddress(SimpleString.of("DLQ")).setAutoDeleteQueues(false).setAutoDeleteAddresses(false));
        if (arguments.length > 2) {
            configuration.setManagementAddress(SimpleString.of(arguments[2]));
        }
        new EmbeddedActiveMQ().setConfiguration(configuration).start();
        System.out.println("broker has started");
    }
}
