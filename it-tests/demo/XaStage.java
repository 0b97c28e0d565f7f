package demo;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

import harness.Artemis;
import jakarta.jms.JMSRuntimeException;

/** Transfer and notify by XA transactions over both banks and Artemis. */
final class XaStage extends Stage {

    private Artemis artemis;

    XaStage() throws IOException {
        System.out.println("Starting PostgreSQL and Artemis; data and logs are in " + folder);
    }

    @Override
    void startBroker() {
        artemis = new Artemis(folder.resolve("artemis")).start();
    }

    @Override
    void stopBroker() {
        if (artemis != null) {
            artemis.close();
        }
    }

    @Override
    OptionalLong broker() {
        return artemis == null ? OptionalLong.empty() : artemis.pid();
    }

    @Override
    void addApplications(Map<String, String> settings) {
        settings.put("jms.url", artemis.url());
        add("xa-transfer", node(settings, "xa-transfer"), XaRoutes.with("xa-transfer.camel.yaml", "--profile=xa"));
        add("xa-notify", node(settings, "xa-notify"), "xa-notify.camel.yaml", "notifier-tell-customer.camel.yaml", "--profile=xa");
    }

    private Map<String, String> node(Map<String, String> settings, String name) {
        Map<String, String> node = new LinkedHashMap<>(settings);
        node.put("xa.node-identifier", name);
        node.put("xa.object-store", "file:" + folder.resolve("store-of-" + name));
        return node;
    }

    @Override
    Function<Map<String, Object>, Optional<String>> requests() {
        System.out.println("Requesting transfers through the queue transfer.requested at " + artemis.url());
        return transfer -> {
            try {
                artemis.send("transfer.requested", Customers.body(transfer), Map.of("JMSXGroupID", transfer.get("from").toString()));
                return Optional.of("taken");
            } catch (JMSRuntimeException e) {
                // the broker is being restarted: nobody knows whether it has the request, so the same one goes again
                return Optional.empty();
            }
        };
    }

    @Override
    void chaos(Customers customers, int transfers) {
        // requests are taken faster than they are done: what is killed must be at work
        awaitEnded(transfers / 5);
        restart("xa-transfer");
        awaitEnded(transfers / 2);
        tellOfKilling("Artemis");
        artemis.kill();
        artemis.start();
        watch();
        System.out.println("Artemis is back");
        awaitEnded(transfers * 4 / 5);
        restart("xa-notify", "xa-transfer");
    }

    @Override
    List<String> hints() {
        return List.of("  Artemis: " + artemis.url() + ", queues transfer.requested and transfer.notify");
    }
}
