package example;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import demo.Bank;
import harness.Ports;
import harness.Routes;
import harness.Servers;
import org.apache.camel.Route;
import org.apache.camel.main.Main;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A server listens before its routes are there, and when they are gone: a 404 of it would say that there is no such transfer. */
class ServiceThatStartsOrStopsSaysSoIT {

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<HttpResponse<String>> starting = new ArrayList<>();
    private final List<HttpResponse<String>> stopping = new ArrayList<>();
    private final String url = "http://127.0.0.1:" + Ports.free();

    @Test
    void requestMayBeSentAgainUntilItsRouteIsThereAndWhenItIsGone() throws Exception {
        Map<String, String> settings = Bank.open().settings();
        settings.put("kafka.brokers", Servers.kafka().brokers());
        settings.put("camel.server.enabled", "true");
        settings.put("camel.server.host", "127.0.0.1");
        settings.put("camel.server.port", url.replaceFirst(".*:", ""));
        Main main = Routes.prepared(settings, Routes.files("bank-a-(?!relay|settle).*").toArray(String[]::new));
        main.bind("asker", (RoutePolicyFactory) (context, id, route) -> new Asker());
        main.start();
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
        main.stop();

        assertThat(starting).isNotEmpty().allSatisfy(ServiceThatStartsOrStopsSaysSoIT::assertAsksForItAgain);
        assertThat(stopping).isNotEmpty().allSatisfy(ServiceThatStartsOrStopsSaysSoIT::assertAsksForItAgain);
    }

    private static void assertAsksForItAgain(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains("\"status\":503", "the service is starting or stopping: nothing was done. Send the same request again.");
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(request.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks before the first route takes anything, whenever one starts or has ended, and behind the last one. */
    private final class Asker extends RoutePolicySupport {

        @Override
        public void onStart(Route route) {
            if (starting.isEmpty()) {
                starting.add(get("/transfers/t-1"));
                starting.add(send(HttpRequest.newBuilder(URI.create(url + "/transfers")).header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{}")).build()));
            }
            starting.add(get("/nowhere"));
        }

        @Override
        public void onStop(Route route) {
            stopping.add(get("/nowhere"));
        }
    }
}
