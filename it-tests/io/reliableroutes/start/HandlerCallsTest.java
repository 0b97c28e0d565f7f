package io.reliableroutes.start;

import java.util.stream.Stream;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which handlers may be called for several messages in one transaction: those that do nothing outside of it. */
class HandlerCallsTest {

    static Stream<Arguments> handlers() {
        return Stream.of(
                handler("statements and the outbox", null, route -> route.to("sql:SELECT 1").to("jdbc:bankB").to("kamelet:outbox-sink?outboxDestination=x").log("done")),
                handler("another route", null, route -> route.to("direct:other")),
                handler("a circle", null, route -> route.to("direct:handler")),
                handler("a queue, without XA", "jms in route handler", route -> route.to("jms:queue:x")),
                handler("http", "http in route handler", route -> route.to("http:example.org")),
                handler("http somewhere within", "http in route handler", route -> route.choice().when().constant(true).to("http:example.org").end()),
                handler("http of another route", "http in route outside", route -> route.to("direct:outside")),
                handler("bean", "bean in route handler", route -> route.bean("any")),
                handler("a bean in an expression", "setBody in route handler", route -> route.setBody().method("any")),
                handler("a bean in a text", "setBody in route handler", route -> route.setBody().simple("${body} ${bean:any}")),
                handler("a bean of the pack in a text", null, route -> route.setBody().simple("${bean:type:io.reliableroutes.support.FailureText?method=of}")),
                handler("enrich", "enrich in route handler", route -> route.enrich("http:example.org")),
                handler("pollEnrich", "pollEnrich in route handler", route -> route.pollEnrich("file:x")),
                handler("recipients", "recipientList in route handler", route -> route.recipientList().constant("http:example.org")),
                handler("a slip", "routingSlip in route handler", route -> route.routingSlip().constant("http:example.org")),
                handler("process", "process in route handler", route -> route.process(exchange -> { })),
                handler("another Kamelet", "kamelet in route handler", route -> route.to("kamelet:send-sink")),
                handler("a Kamelet of a similar name", "kamelet in route handler", route -> route.to("kamelet:outbox-sink-2")),
                handler("what the message says", "direct:${header.next}", route -> route.toD("direct:${header.next}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handlers")
    void handlerCallsOutside(String what, String outside, Steps steps) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    steps.add(from("direct:handler").routeId("handler"));
                    from("direct:other").routeId("other").to("sql:SELECT 2");
                    from("direct:outside").routeId("outside").to("http:example.org");
                }
            });

            assertThat(new HandlerCalls(context).outside("direct:handler")).isEqualTo(outside);
        }
    }

    private static Arguments handler(String what, String outside, Steps steps) {
        return Arguments.of(what, outside, steps);
    }

    interface Steps {
        void add(RouteDefinition route);
    }
}
