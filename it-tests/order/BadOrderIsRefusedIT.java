package order;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

import harness.Routes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static order.Orders.await;
import static org.assertj.core.api.Assertions.assertThat;

/** The paid order: a request or a message that cannot be is refused with its reason, has no effect and holds nobody up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadOrderIsRefusedIT {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Orders orders = new Orders();
    private List<Routes> running = List.of();
    private int number;

    BadOrderIsRefusedIT() throws IOException {
    }

    /** {@code o-1} is fulfilled, and {@code o-2} refunded. */
    @BeforeAll
    void start() {
        running = List.of(orders.start("shop"), orders.start("stock"), orders.start("points"), orders.start("outbound"));
        orders.order("o-1", "c-1", "p-1", 1, 10);
        orders.order("o-2", "c-1", "p-unknown", 1, 10);
        orders.awaitHold();
    }

    @AfterAll
    void stop() {
        Orders.stop(running);
        orders.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            order.refunded | {"orderId":"o-1"}                          | outbound | the warehouse was told of it
            order.refunded | {"orderId":"../x"}                         | points   | no points were taken back
            order.refunded | {"order":1}                                | outbound | nothing was cancelled
            stock.refused  | {"orderId":"o-1","reason":"OUT_OF_STOCK"}  | shop     | a refund would give away money
            stock.refused  | {"orderId":"nobody"}                       | shop     | a refund would give away money
            points.added   | {"orderId":"nobody"}                       | shop     | is not paid, or is refunded
            warehouse.told | {"orderId":"o-2"}                          | shop     | is not paid, or is refunded
            warehouse.told | {"orderId":17}                             | shop     | the message has no orderId
            stock.deducted | {"orderId":"o-2","customer":"c-1","product":"p-1","quantity":1} | outbound | its goods are deducted
            stock.deducted | {"orderId":"o-9","customer":"c-1","product":"p-1","quantity":0} | outbound | nothing goes out
            order.paid     | {"orderId":"o-9","customer":"c-1","product":"p-1","quantity":"1","amount":1} | stock | nothing was deducted
            order.paid     | {"orderId":"o-9","customer":"c-1","product":"p-1","quantity":1,"amount":-1} | points | no points were added
            order.paid     | [1]                                        | points   | Cannot deserialize
            """)
    void messageThatCannotBeIsADeadLetterThatSaysWhy(String event, String body, String service, String why) {
        String id = "hostile-" + ++number;

        orders.topic(event).send("c-9", body, Map.of("ce_id", id, "ce_source", "somebody", "ce_type", event, "ce_specversion", "1.0"));

        await().until(() -> orders.database(service).count("dead_letter WHERE message_id = '" + id + "'") == 1);
        assertThat(orders.database(service).rows("SELECT error_message FROM dead_letter WHERE message_id = ?", id).toString()).contains(why);
        orders.order("after-" + number, "c-9", "p-1", 1, 10);
        await().until(() -> orders.told().containsValue("after-" + number));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            application/json | {"orderId":"o-1","customer":"c-1","product":"p-1","quantity":1,"amount":10}       | 202 | "status" : "PAID"
            application/json | {"orderId":"o-1","customer":"c-1","product":"p-1","quantity":2,"amount":10}       | 409 | is taken by another order
            application/json | {"orderId":"o-3","customer":"c-1","product":"p-1","quantity":1,"amount":999999999} | 422 | INSUFFICIENT_FUNDS
            application/json | {"orderId":"o-4","customer":"c-x","product":"p-1","quantity":1,"amount":1}        | 422 | UNKNOWN_CUSTOMER
            text/plain       | {}                                                                                | 415 | is not application/json
            application/json | {}                                                                                | 400 | orderId
            application/json | {"orderId":"o-3","orderId":"o-4"}                                                 | 400 | has a name twice
            application/json | {"orderId":"..","customer":"c-1","product":"p-1","quantity":1,"amount":1}         | 400 | orderId (..)
            application/json | {"orderId":"o-3","customer":"c 1","product":"p-1","quantity":1,"amount":1}        | 400 | customer (c 1)
            application/json | {"orderId":"o-3","customer":"c-1","product":7,"quantity":1,"amount":1}            | 400 | product (7)
            application/json | {"orderId":"o-3","customer":"c-1","product":"p-1","quantity":1.5,"amount":1}      | 400 | quantity (1.5)
            application/json | {"orderId":"o-3","customer":"c-1","product":"p-1","quantity":1,"amount":"1"}      | 400 | amount (1)
            application/json | {"orderId":"o-3","customer":"c-1","product":"p-1","quantity":1,"amount":0.001}    | 400 | amount (0.001)
            application/json | [1]                                                                               | 400 | not one JSON object
            application/json | {                                                                                 | 400 | not one JSON object
            """)
    void requestIsAnsweredAndABadOneIsRefused(String type, String body, int status, String says) throws Exception {
        HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(URI.create(orders.url() + "/orders")).header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.body()).contains(says);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(orders.shop().rows("SELECT order_id, amount FROM payment WHERE order_id IN ('o-1', 'o-3')").toString()).isEqualTo("[{order_id=o-1, amount=-10.00}]");
    }

    @Test
    void orderIsShown() {
        assertThat(get("o-1").body()).contains("\"FULFILLED\"");
        assertThat(get("o-2").body()).contains("\"REFUNDED\"", "\"UNKNOWN_PRODUCT\"");
        assertThat(get("o-x").statusCode()).isEqualTo(404);
        assertThat(get("a%20b").statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> get(String id) {
        return CLIENT.sendAsync(HttpRequest.newBuilder(URI.create(orders.url() + "/orders/" + id)).build(), HttpResponse.BodyHandlers.ofString()).join();
    }
}
