package io.reliableroutes.half;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.support.BoundedHttp;
import io.reliableroutes.support.DatabaseText;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.Settings;
import io.reliableroutes.support.WakeUp;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;

/**
 * Asks producers whether their transactions have committed: many at once, each for {@code half.check-back.timeout} at most, from the connection to
 * the status, and nothing of an answer's body is read. Nobody waits for an answer: a later poll, woken by it, takes what has come.
 */
public class CheckBack {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<Integer, String> DECISIONS = Map.of(200, "COMMITTED", 409, "ROLLED_BACK");
    private static final int RUNNING = 425;
    private static final int LONGEST_ANSWER = 500;

    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();
    private final Queue<Map<String, Object>> outcomes = new ConcurrentLinkedQueue<>();
    private HttpClient http;

    /**
     * The hosts that are asked about {@code half.check-back.batch} messages now: they get no more before they have answered.
     *
     * @param  exchange any of the context, not null
     * @return          with commas between them, as {@code claim-half-messages.sql} takes them; not null
     */
    public String busy(Exchange exchange) {
        int most = Integer.parseInt(Settings.text(exchange.getContext(), "half.check-back.batch").trim());
        return underWay.entrySet().stream().filter(host -> host.getValue() >= most).map(Map.Entry::getKey).collect(Collectors.joining(","));
    }

    /**
     * Asks, and sets the headers {@code outcomes}, parameter of {@code settle-half-messages.sql}, {@code answered}: how many these are, and
     * {@code unanswered}: how many of them are neither 200, 409 nor 425.
     *
     * @param  exchange                not null; its body is a list of rows of {@code claim-half-messages.sql}, which may be empty
     * @param  dataSource              bean name of the data source whose database keeps the answers, not null; {@code <name>-half} is woken by them
     * @throws IOException              if a file of {@code camel.ssl.*} cannot be read
     * @throws GeneralSecurityException if what {@code camel.ssl.*} names is nothing that TLS can use
     */
    @SuppressWarnings("unchecked")
    public void ask(Exchange exchange, String dataSource) throws IOException, GeneralSecurityException {
        CamelContext context = exchange.getContext();
        if (http == null) {
            http = BoundedHttp.client(context);
        }
        Duration timeout = Duration.ofMillis(Settings.duration(context, "half.check-back.timeout"));
        CheckBackHosts hosts = CheckBackHosts.of(context);
        DatabaseText database = DatabaseText.of(context, dataSource);
        for (Map<String, Object> row : (List<Map<String, Object>>) exchange.getMessage().getBody(List.class)) {
            String host = (String) row.get("check_host");
            underWay.merge(host, 1, Integer::sum);
            status(row, hosts, timeout).whenComplete((status, failure) -> {
                outcomes.add(outcome(row, status, failure, database));
                underWay.computeIfPresent(host, (name, count) -> count == 1 ? null : count - 1);
                WakeUp.wake(context, dataSource + "-half");
            });
        }
        List<Map<String, Object>> come = new ArrayList<>();
        for (Map<String, Object> outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            come.add(outcome);
        }
        long unanswered = come.stream().filter(outcome -> Boolean.TRUE.equals(outcome.remove("unanswered"))).count();
        exchange.getMessage().setHeader("outcomes", JSON.writeValueAsString(come));
        exchange.getMessage().setHeader("answered", come.size());
        exchange.getMessage().setHeader("unanswered", unanswered);
    }

    private CompletableFuture<Integer> status(Map<String, Object> row, CheckBackHosts hosts, Duration timeout) {
        try {
            URI url = URI.create((String) row.get("check_back"));
            if (!hosts.allow(url)) {
                return CompletableFuture.failedFuture(new IllegalStateException("its host is not in " + CheckBackHosts.SETTING + " any more: it was not asked"));
            }
            HttpRequest request = HttpRequest.newBuilder(url).timeout(timeout).header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"id\":\"" + row.get("id") + "\",\"attempt\":" + row.get("attempts") + "}")).build();
            CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, head -> BoundedHttp.beginning(0));
            return answer.orTimeout(timeout.toMillis() * 2, TimeUnit.MILLISECONDS).thenApply(HttpResponse::statusCode);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Map<String, Object> outcome(Map<String, Object> row, Integer status, Throwable failure, DatabaseText database) {
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("id", row.get("id"));
        outcome.put("attempt", row.get("attempts"));
        outcome.put("decision", status == null ? null : DECISIONS.get(status));
        outcome.put("answer", database.cut(status == null ? words(failure) : String.valueOf(status), LONGEST_ANSWER));
        outcome.put("unanswered", outcome.get("decision") == null && (status == null || status != RUNNING));
        return outcome;
    }

    private static String words(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getClass().getSimpleName() + ": " + FailureText.message(cause, LONGEST_ANSWER);
    }
}
