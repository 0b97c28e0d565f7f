package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import harness.Routes;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** An id that two routes have is refused, where Camel would take one of the routes away; a file that is read again gives its ids again. */
class RouteIdIsGivenOnceTest {

    private static final String ROUTE = """
            - route:
                id: %s
                from:
                  uri: direct:%s
                  steps:
                    - to:
                        uri: %s
            """;
    private static final String KAMELET = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: tell-sink
            spec:
              definition:
                title: Tell
                properties:
                  whom:
                    type: string
              template:
                from:
                  uri: kamelet:source
                  steps:
                    - log: "{{whom}}"
            """;
    private static final String RECEIVER = """
            - templatedRoute:
                routeTemplateRef: inbox
                routeId: %s
                parameters:
                  - name: inboxConsumer
                    value: %s
                  - name: inboxTopic
                    value: "{{outbox.destination.transfer.settled}}"
                  - name: inboxHandler
                    value: close
                  - name: inboxDataSource
                    value: bankB
            """;
    private static final String HANDLER = """
            - route:
                id: close
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:close
                  steps:
                    - log: ${body}
            """;

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() throws IOException {
        start = new Start(folder);
        Files.writeString(folder.resolve("tell-sink.kamelet.yaml"), KAMELET);
        start.settings.put("camel.component.kamelet.location", "file:" + folder + ",classpath:kamelets");
    }

    @Test
    void routesOfTwoFilesAreRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", ROUTE.formatted("close", "a", "log:a")) + " " + start.write("b.camel.yaml", ROUTE.formatted("close", "b", "log:b")),
                "a.camel.yaml and in file:");
    }

    @Test
    void routesOfOneFileAreRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", ROUTE.formatted("close", "a", "log:a") + ROUTE.formatted("close", "b", "log:b")), "route id close is there twice, in file:");
    }

    @Test
    void routeAndTemplatedRouteOfAnotherFileAreRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", RECEIVER.formatted("close", "close")) + " " + start.write("b.camel.yaml", HANDLER), "route id close is there twice");
    }

    @Test
    void templatedRoutesOfOneFileAreRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", RECEIVER.formatted("close-inbox", "one") + RECEIVER.formatted("close-inbox", "two") + HANDLER),
                "route id close-inbox is there twice");
    }

    @Test
    void routeWithTheIdOfOneThatComesWithAReceiverIsRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", RECEIVER.formatted("close-inbox", "close") + HANDLER) + " "
                + start.write("b.camel.yaml", ROUTE.formatted("close-inbox-retry", "b", "log:b")), "route id close-inbox-retry is there twice");
    }

    @Test
    void verbOfARestServiceWithTheIdOfARouteIsRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", ROUTE.formatted("close", "a", "log:a")) + " " + start.write("b.camel.yaml", """
                - rest:
                    path: /accounts
                    delete:
                      - path: /{id}
                        routeId: close
                        to: direct:a
                """), "route id close is there twice");
    }

    @Test
    void routeBuildersInJavaAreRefused() {
        start.settings.put("camel.beans.one", "#class:" + Close.class.getName());
        start.settings.put("camel.beans.two", "#class:" + Close.class.getName());

        start.isRefusedWith("bank-b-book-credit.camel.yaml", "route id close is there twice");
    }

    @Test
    void useOfAKameletWithTheIdOfARouteIsRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", ROUTE.formatted("close", "a", "kamelet:tell-sink/close?whom=a")), "route close: kamelet:tell-sink/close has the id of "
                + "route close of file:");
    }

    @Test
    void useOfAKameletWithTheIdOfATemplatedRouteIsRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", RECEIVER.formatted("close-inbox", "close") + HANDLER) + " "
                + start.write("b.camel.yaml", ROUTE.formatted("tell", "b", "kamelet://tell-sink/close-inbox?whom=b")), "kamelet:tell-sink/close-inbox has the id of route");
    }

    @Test
    void usesOfAKameletWithOneIdAndOtherParametersAreRefused() throws IOException {
        start.isRefusedWith(start.write("a.camel.yaml", ROUTE.formatted("a", "a", "kamelet:tell-sink/told?whom=a") + ROUTE.formatted("b", "b", "kamelet:tell-sink/told?whom=b")),
                "route b: kamelet:tell-sink/told has the id of kamelet:tell-sink/told of route a, which is another use");
    }

    @Test
    void sameUseOfAKameletTwiceIsNotRefused() throws Exception {
        String file = start.write("a.camel.yaml", ROUTE.formatted("a", "a", "kamelet:tell-sink/told?whom=a") + ROUTE.formatted("b", "b", "kamelet:tell-sink/told?whom=a"));

        try (Routes routes = Routes.start(start.settings, file)) {
            assertThat(ids(routes.context())).containsExactlyInAnyOrder("a", "b", "told");
        }
    }

    @Test
    void fileThatIsLoadedAgainGivesItsIdsAgain() throws Exception {
        String one = start.write("a.camel.yaml", ROUTE.formatted("a", "a", "kamelet:tell-sink/told?whom=a"));
        String two = start.write("b.camel.yaml", ROUTE.formatted("b", "b", "log:b"));
        try (Routes routes = Routes.start(start.settings, one, two)) {
            CamelContext context = routes.context();
            RoutesLoader loader = PluginHelper.getRoutesLoader(context);
            Resource first = PluginHelper.getResourceLoader(context).resolveResource("file:" + one);
            Resource second = PluginHelper.getResourceLoader(context).resolveResource("file:" + two);

            Files.writeString(Path.of(one), ROUTE.formatted("a", "again", "kamelet:tell-sink/told?whom=b"));
            loader.updateRoutes(List.of(first));
            assertThat(context.getRoute("a").getEndpoint().getEndpointUri()).isEqualTo("direct://again");

            Files.writeString(Path.of(one), ROUTE.formatted("b", "a", "log:a"));
            Files.writeString(Path.of(two), ROUTE.formatted("a", "b", "log:b"));
            Throwable refusal = catchThrowable(() -> loader.updateRoutes(List.of(first)));
            assertThat(ObjectHelper.getException(ConfigurationException.class, refusal)).as("%s", refusal).hasMessageContaining("route id b is there twice");

            // as camel run --dev does
            context.getRouteController().removeAllRoutes();
            context.removeRouteTemplates("tell-sink");
            context.getEndpointRegistry().clear();
            loader.updateRoutes(List.of(first, second));
            assertThat(ids(context)).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void kameletThatIsLoadedLaterDoesNotReplaceARoute() throws Exception {
        try (Routes routes = Routes.start(start.settings, start.write("a.camel.yaml", ROUTE.formatted("a", "a", "log:a")))) {
            String later = start.write("b.camel.yaml", ROUTE.formatted("b", "b", "kamelet:tell-sink/a?whom=b"));

            Throwable refusal = catchThrowable(() -> PluginHelper.getRoutesLoader(routes.context())
                    .loadRoutes(PluginHelper.getResourceLoader(routes.context()).resolveResource("file:" + later)));

            assertThat(ObjectHelper.getException(ConfigurationException.class, refusal)).as("%s", refusal).hasMessageContaining("kamelet:tell-sink/a has the id of route a");
            assertThat(ids(routes.context())).containsExactly("a");
        }
    }

    @Test
    void javaReplacesARouteOfAContextThatRuns() throws Exception {
        try (Routes routes = Routes.start(start.settings, start.write("a.camel.yaml", ROUTE.formatted("close", "a", "log:a")))) {
            routes.context().addRoutes(new Close());

            assertThat(routes.context().getRoute("close").getEndpoint().getEndpointUri()).isEqualTo("direct://close");
        }
    }

    private static List<String> ids(CamelContext context) {
        List<String> ids = new ArrayList<>();
        ((ModelCamelContext) context).getRouteDefinitions().forEach(route -> ids.add(route.getRouteId()));
        return ids;
    }

    public static final class Close extends RouteBuilder {

        @Override
        public void configure() {
            from("direct:close").routeId("close").log("${body}");
        }
    }
}
