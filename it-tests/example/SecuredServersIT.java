package example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import harness.Certificates;
import harness.Database;
import harness.Kafka;
import harness.Page;
import harness.Ports;
import harness.Postgres;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Servers;
import harness.Topic;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static harness.ReceivingBank.await;
import static org.assertj.core.api.Assertions.assertThat;

/** What docs/security.md tells of TLS and SASL, with servers that take nobody else: start-up check, relay and receiver. */
class SecuredServersIT {

    private static final Page PAGE = Page.of("docs/security.md");
    private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"bank-b\" password=\"%s\";";

    @TempDir
    private Path folder;

    @Test
    void brokerThatWantsALoginOverTlsIsGivenIt() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("certificates"));
        int port = Ports.free();
        try (Kafka kafka = new Kafka(folder.resolve("kafka"), Map.of("127.0.0.1:" + port, "127.0.0.1:" + port))) {
            kafka.set("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,P" + port + ":SASL_SSL");
            certificates.brokerSettings().forEach(kafka::set);
            kafka.set("ssl.client.auth", "none").set("sasl.enabled.mechanisms", "SCRAM-SHA-512");
            kafka.set("listener.name.p" + port + ".scram-sha-512.sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required;").start();
            try (Admin admin = kafka.admin()) {
                admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("bank-b", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), "secret")))
                        .all().get();
            }
            ReceivingBank bank = new ReceivingBank(Servers.database("schema.sql", "example-bank-b.sql"), kafka);
            String block = PAGE.found("(?s)```properties\n([^`]*sasl-mechanism[^`]*)```").get(0);
            List<String> settings = new ArrayList<>(block.lines().toList());
            settings.add("kafka.brokers=127.0.0.1:" + port);
            settings.add("camel.component.kafka.ssl-truststore-type=PEM");
            settings.add("camel.component.kafka.ssl-truststore-location=" + certificates.authority());
            bank.settings.remove("kafka.brokers");

            bank.settings.put("kafka.jaas-config", LOGIN.formatted("secret"));
            creditsAndAnswers(bank, settings);

            bank.settings.put("check.wait", "5s");
            bank.settings.put("check.broker", "refuse");
            bank.settings.put("kafka.jaas-config", LOGIN.formatted("guess"));
            try (RouteProcess process = process(bank, settings).start()) {
                assertThat(process.awaitExit()).isNotZero();
                assertThat(process.log()).contains("Kafka at 127.0.0.1:" + port + " does not answer within check.wait (5s): Authentication failed").doesNotContain("guess");
            }
        }
    }

    @Test
    void databaseThatTakesOnlyTlsIsKnownByItsCertificate() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("certificates"));
        Path data = folder.resolve("postgres/data");
        try (Postgres server = new Postgres(data, Map.of("ssl", "on", "ssl_cert_file", certificates.authority().toString(), "ssl_key_file", certificates.serverKey().toString()))) {
            server.start();
            Database postgres = server.database("postgres");
            postgres.update("CREATE DATABASE bank_b");
            // from now on nobody is let in without TLS
            Files.writeString(data.resolve("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n");
            postgres.update("SELECT pg_reload_conf()");
            String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/bank_b";
            String options = PAGE.found("`([?]sslmode=verify-full[^`]*)`").get(0).replaceFirst("sslrootcert=.*", "sslrootcert=");
            ReceivingBank bank = new ReceivingBank(new Database(url + "?sslmode=require").apply("schema.sql", "example-bank-b.sql"));
            bank.settings.put("database.bank-b.url", url + options + certificates.authority());

            creditsAndAnswers(bank, List.of());

            Certificates others = new Certificates(folder.resolve("others"));
            bank.settings.put("database.bank-b.url", url + options + others.authority());
            bank.settings.put("check.wait", "3s");
            try (RouteProcess process = process(bank, List.of()).start()) {
                assertThat(process.awaitExit()).isNotZero();
                assertThat(process.log()).contains("database of bankB does not answer within check.wait (3s)");
            }
        }
    }

    private void creditsAndAnswers(ReceivingBank bank, List<String> settings) {
        Topic answers = Topic.create(bank.topic.kafka(), 1);
        bank.settings.put("outbox.destination.transfer.completed", answers.name());
        bank.settings.put("outbox.destination.transfer.rejected", answers.name());
        try (RouteProcess process = process(bank, settings).start().awaitStarted()) {
            bank.request("a-1", "m-1", "t-1");
            await().untilAsserted(() -> assertThat(answers.bodies()).as(process.log()).hasSize(1));
            assertThat(bank.booked()).containsExactly("t-1");
        }
    }

    private RouteProcess process(ReceivingBank bank, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml", "bank-b-relay.camel.yaml"));
        arguments.addAll(settings);
        return RouteProcess.camelMain(folder.resolve("log"), bank.settings, arguments.toArray(String[]::new));
    }
}
