package format;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import harness.Routes;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A receiver and a relay have their retry route by themselves, and have one, whoever writes it too. */
class RetryRoutesComeWithTheirReceiverTest {

    private static final String RECEIVER = """
            - templatedRoute:
                routeTemplateRef: inbox
                routeId: close-account-inbox
                parameters:
                  - name: inboxConsumer
                    value: close-account
                  - name: inboxTopic
                    value: "{{outbox.destination.transfer.settled}}"
                  - name: inboxHandler
                    value: close-account
                  - name: inboxDataSource
                    value: bankB
            """;
    private static final String RETRY = """
            - templatedRoute:
                routeTemplateRef: inbox-retry
                routeId: %s
                parameters:
                  - name: inboxConsumer
                    value: close-account
                  - name: inboxHandler
                    value: close-account
                  - name: inboxDataSource
                    value: bankB
            """;
    private static final String HANDLER = """
            - route:
                id: close-account
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:close-account
                  steps:
                    - log: ${body}
            """;

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() {
        start = new Start(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bank-a-relay", "bank-b-credit-transfer", "bank-a-settle-transfer", "notifier-send-notification"})
    void shippedOnesHaveTheirs(String file) {
        Map<String, String> routes = routes(file + ".camel.yaml");

        String main = routes.keySet().stream().filter(id -> routes.containsKey(id + "-retry")).findFirst().orElseThrow(() -> new AssertionError(routes));
        assertThat(routes.get(main + "-retry")).startsWith(file.endsWith("relay") ? "scheduler:outbox-retry-{{relayDataSource}}" : "scheduler:inbox-retry-{{inboxConsumer}}");
    }

    @Test
    void oneThatIsWrittenInTheSameFileIsTheOnly() throws Exception {
        assertThat(routes(start.write("close.camel.yaml", RECEIVER + RETRY.formatted("mine") + HANDLER)))
                .containsOnlyKeys("close-account-inbox", "close-account-inbox-batch", "close-account-inbox-single", "mine", "mine-batch", "mine-single", "close-account");
    }

    @Test
    void oneThatIsWrittenInAFileBeforeIsTheOnly() throws Exception {
        assertThat(routes(start.write("a.camel.yaml", RETRY.formatted("mine") + HANDLER), start.write("b.camel.yaml", RECEIVER + "- beans: []\n")))
                .containsOnlyKeys("close-account-inbox", "close-account-inbox-batch", "close-account-inbox-single", "mine", "mine-batch", "mine-single", "close-account");
    }

    @Test
    void oneThatIsWrittenInAFileBehindIsNotMadeTwice() throws Exception {
        assertThat(routes(start.write("a.camel.yaml", RECEIVER + HANDLER), start.write("b.camel.yaml", RETRY.formatted("mine") + "- beans: []\n")))
                .containsOnlyKeys("close-account-inbox", "close-account-inbox-batch", "close-account-inbox-single", "close-account-inbox-retry", "close-account-inbox-retry-batch",
                        "close-account-inbox-retry-single", "close-account");
    }

    @Test
    void receiverThatIsMadeAroundItsFileIsRefusedWithoutOne() {
        start.settings.put("camel.beans.around", "#class:" + Around.class.getName());

        start.isRefusedWith("bank-b-book-credit.camel.yaml", "route around-inbox has no inbox-retry with inboxConsumer around");
    }

    /** What the context has when all files are read and nothing has started. */
    private Map<String, String> routes(String... files) {
        Main main = Routes.prepared(start.settings, files);
        try {
            main.init();
            Map<String, String> routes = new TreeMap<>();
            for (RouteDefinition route : ((ModelCamelContext) main.getCamelContext()).getRouteDefinitions()) {
                routes.put(route.getId(), route.getInput().getEndpointUri());
            }
            return routes;
        } finally {
            main.stop();
        }
    }

    /** No {@code templatedRoute} of a file or a route builder, which is where retry routes are added. */
    public static final class Around extends RouteBuilder {

        @Override
        public void configure() {
            from("direct:around").errorHandler(noErrorHandler()).log("${body}");
            TemplatedRouteBuilder.builder(getContext(), "inbox").routeId("around-inbox").parameter("inboxConsumer", "around")
                    .parameter("inboxTopic", "around").parameter("inboxHandler", "around").parameter("inboxDataSource", "bankB").add();
        }
    }
}
