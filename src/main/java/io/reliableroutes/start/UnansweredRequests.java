package io.reliableroutes.start;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.reliableroutes.support.ProblemDetail;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is answered where no route answers: with a problem detail, and that it may send the request again as long as the routes are not there. */
final class UnansweredRequests {

    private static final Logger LOG = LoggerFactory.getLogger(UnansweredRequests.class);

    private UnansweredRequests() {
    }

    /**
     * Answers in the place of Vert.x from now on.
     *
     * @param context   whose routers these are, not null
     * @param answering routers that have such answers, not null; the others are added
     */
    static void install(CamelContext context, Set<Object> answering) {
        for (VertxPlatformHttpRouter router : context.getRegistry().findByType(VertxPlatformHttpRouter.class)) {
            if (answering.add(router)) {
                router.route().last().handler(request -> unanswered(context, router, request)).failureHandler(UnansweredRequests::failed);
            }
        }
    }

    /** No route has taken the request: its path, its method, or a media type is none of theirs. */
    private static void unanswered(CamelContext context, VertxPlatformHttpRouter router, RoutingContext request) {
        if (!context.isStarted()) {
            // a route that is being added takes a request and does not answer it
            request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            answer(request, 503, "the service is starting or stopping: nothing was done. Send the same request again.");
            return;
        }
        Set<String> methods = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.methods() != null && route.getPath() != null && matches(route, request.normalizedPath())) {
                route.methods().stream().map(HttpMethod::name).forEach(methods::add);
            }
        }
        String method = request.request().method().name();
        if (methods.isEmpty()) {
            answer(request, 404, "there is nothing at " + request.normalizedPath() + ": nothing was done. Look at the API's description.");
        } else if (!methods.contains(method)) {
            request.response().putHeader("Allow", String.join(", ", methods));
            answer(request, 405, method + " is no method of " + request.normalizedPath() + ": nothing was done. Use " + String.join(" or ", methods) + ".");
        } else if (request.request().getHeader(HttpHeaders.CONTENT_TYPE) != null || method.startsWith("P")) {
            answer(request, 415, "the Content-Type is not one that this address takes: nothing was done. Send application/json.");
        } else {
            answer(request, 406, "no answer of this address is of a type that Accept lists: nothing was done. Accept application/json.");
        }
    }

    /** Whether a route's path, with :name for any segment, is that of a request. */
    private static boolean matches(Route route, String path) {
        String[] segments = path.split("/", -1);
        String[] wanted = route.getPath().split("/", -1);
        return segments.length == wanted.length && IntStream.range(0, wanted.length)
                .allMatch(i -> wanted[i].startsWith(":") || wanted[i].equals(segments[i]));
    }

    private static void failed(RoutingContext request) {
        int status = request.statusCode() < 400 ? 500 : request.statusCode();
        if (status == 500 && isUnreadable(request)) {
            status = 400;
        }
        if (status >= 500) {
            LOG.error("Request to {} failed in the HTTP server: {}", request.normalizedPath(), ProblemDetail.cause(request.failure()));
        }
        answer(request, status, switch (status) {
            case 413 -> "the body is longer than camel.server.maxBodySize allows: nothing was done. Send a shorter one.";
            case 400 -> "the request is no valid HTTP: nothing was done. Correct it.";
            default -> "the server cannot answer: nothing is known to be done. Its log has the cause.";
        });
    }

    /** Vert.x throws something when it reads a header such as {@code Content-Type: application/json; charset="}. */
    private static boolean isUnreadable(RoutingContext request) {
        return request.failure() != null && Arrays.stream(request.failure().getStackTrace())
                .anyMatch(call -> call.getClassName().endsWith(".HeaderParser"));
    }

    private static void answer(RoutingContext request, int status, String detail) {
        if (!request.response().ended() && !request.response().headWritten()) {
            request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, ProblemDetail.CONTENT_TYPE)
                    .end(ProblemDetail.json(status, detail, Map.of()));
        }
    }
}
