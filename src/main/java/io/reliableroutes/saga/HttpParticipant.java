package io.reliableroutes.saga;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

import io.reliableroutes.InvalidMessageException;
import io.reliableroutes.outbox.OutboxRow;
import io.reliableroutes.support.BoundedHttp;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureClassification;
import io.reliableroutes.support.HttpAnswerException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;

/**
 * A participant of sagas that has only HTTP: gives it a command as a CloudEvent, as the binary mode of the HTTP protocol binding has it, and tells by the variables
 * {@code verdict} and {@code reason} what it has answered. A bean of one template's route.
 */
public class HttpParticipant implements CamelContextAware {

    private static final int DONE = 2;
    private static final int CONFLICT = 409;
    private static final Pattern ATTRIBUTE = Pattern.compile("ce_([a-z0-9]{1,100})");
    private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,498}[\\x21-\\x7e])?");

    private CamelContext context;
    private String name;
    private URI url;
    private String authorization;
    private long timeout;
    private HttpClient http;

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    /** @param name of the participant, for messages, not null */
    public void setName(String name) {
        this.name = name;
    }

    /**
     * @param  address                that takes its commands, not null
     * @throws ConfigurationException if it is no URL of HTTP
     */
    public void setUrl(String address) {
        try {
            url = new URI(address.trim());
        } catch (URISyntaxException e) {
            throw refused("participantUrl", "is no URL");
        }
        if (url.getHost() == null || !url.getScheme().matches("(?i)https?") || url.getRawUserInfo() != null) {
            throw refused("participantUrl", "is no URL of http or https with a host and without a login");
        }
    }

    /** @param authorization the header of that name, empty for none; not null */
    public void setAuthorization(String authorization) {
        if (!authorization.isEmpty() && !HEADER.matcher(authorization).matches()) {
            throw refused("participantAuthorization", "is no value of a header");
        }
        this.authorization = authorization;
    }

    /** @param duration that an answer may take, from the connection to its last byte; shorter than {@code tx.timeout}, not null */
    public void setTimeout(String duration) {
        Long milliseconds = Settings.duration(duration);
        Long most = Settings.seconds(Settings.text(context, "tx.timeout"));
        if (milliseconds == null || milliseconds < 1 || most != null && milliseconds >= most) {
            throw new ConfigurationException("participantTimeout (" + duration + ") is no duration of more than 0 and less than tx.timeout: the transaction of each command "
                    + "would be rolled back behind it. Write for example 10s.");
        }
        timeout = milliseconds;
    }

    /** The value may be a secret. */
    private static ConfigurationException refused(String parameter, String problem) {
        return new ConfigurationException(parameter + " of a saga-http-participant " + problem + ": no command could be sent. Write for example https://shop.example/steps, and a login, "
                + "Bearer and its token for example, into participantAuthorization.");
    }

    /**
     * Asks, and sets the variable {@code verdict} to DONE or REFUSED, and {@code reason} to the reason of a refusal.
     *
     * @param  exchange                 with a command, not null
     * @throws InvalidMessageException  if it is none
     * @throws HttpAnswerException      if the answer is neither
     * @throws IOException              if there is none
     * @throws GeneralSecurityException if what {@code camel.ssl.*} names is nothing that TLS can use
     */
    public void ask(Exchange exchange) throws IOException, GeneralSecurityException {
        Map<String, Object> command = StepBarrier.command(exchange);
        // without it nobody could be answered, and all would be done in vain
        SagaAnswer.header(exchange, "ce_partitionkey");
        String action = (String) command.get("action");
        String which = action + " of saga " + command.get("saga") + " " + command.get("sagaId") + ", step " + command.get("step");
        HttpResponse<byte[]> answer = send(request(exchange));
        boolean conflict = answer.statusCode() == CONFLICT;
        boolean refusable = !SagaAnswer.ENDS.containsKey(action);
        String reason = conflict ? new HttpReason(url, authorization).of(answer.body()) : null;
        if (answer.statusCode() / 100 != DONE && !(conflict && refusable)) {
            HttpHeaders headers = answer.headers();
            throw new HttpAnswerException("participant " + name + " answers HTTP " + answer.statusCode() + " to " + which + (conflict ? " (" + reason + "), which cannot be refused" : "")
                    + ": nobody was answered, and the saga waits. It is asked again as any handler is tried again; look at its log.",
                    answer.statusCode(), headers.firstValue("Retry-After").orElse(null), headers.firstValue("Date").orElse(null));
        }
        exchange.setVariable("verdict", conflict ? "REFUSED" : "DONE");
        exchange.setVariable("reason", reason);
    }

    private HttpRequest request(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(Duration.ofMillis(timeout)).POST(BodyPublishers.ofByteArray(body == null ? new byte[0] : body));
        exchange.getMessage().getHeaders().forEach((header, value) -> {
            Matcher attribute = ATTRIBUTE.matcher(header.toLowerCase(Locale.ROOT));
            if (attribute.matches() && value != null && !value.toString().isEmpty()) {
                request.header("ce-" + attribute.group(1), encoded(value.toString()));
            }
        });
        String type = exchange.getMessage().getHeader("content-type", "application/json", String.class);
        if (!HEADER.matcher(type).matches()) {
            throw new InvalidMessageException("header content-type (" + type + ") is none that HTTP has: the command was not sent, and nobody was answered. Look at its sender.");
        }
        request.header("Content-Type", type);
        String trace = OutboxRow.traceparent(exchange.getMessage().getHeader("traceparent", String.class));
        String state = exchange.getMessage().getHeader("tracestate", "", String.class);
        if (trace != null) {
            request.header("traceparent", trace);
            if (HEADER.matcher(state).matches()) {
                request.header("tracestate", state);
            }
        }
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return request.build();
    }

    /** CloudEvents, HTTP protocol binding 1.0.2, section 3.1.3.2. */
    private static String encoded(String value) {
        StringBuilder text = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            text.append(b > ' ' && b < 0x7f && b != '"' && b != '%' ? String.valueOf((char) b) : "%%%02X".formatted(b));
        }
        return text.toString();
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, GeneralSecurityException {
        CompletableFuture<HttpResponse<byte[]>> answer = client().sendAsync(request, head -> BoundedHttp.beginning(HttpReason.LONGEST_BODY));
        try {
            // the time-out of the request ends with the head of the answer
            return answer.get(timeout, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("participant " + name + " has not answered in time");
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the process stops, and participant " + name + " has not answered yet", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private synchronized HttpClient client() throws IOException, GeneralSecurityException {
        if (http == null) {
            http = BoundedHttp.client(context);
        }
        return http;
    }

    /** What the client says of an answer that it cannot read may quote it, and be of any class. */
    private IOException failure(Throwable cause) {
        boolean told = FailureClassification.isUnreachable(cause) || cause instanceof SSLException || cause instanceof ClosedChannelException;
        return told ? (IOException) cause : new ProtocolException("participant " + name + " answers what is no HTTP, or breaks off (" + cause.getClass().getSimpleName() + ")");
    }
}
