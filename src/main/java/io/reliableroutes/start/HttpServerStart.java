package io.reliableroutes.start;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.ProblemDetail;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.Service;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the HTTP server of an application does before and behind its routes: it holds bodies to {@code camel.server.maxBodySize}, which
 * Camel JBang's server does not read, and answers with a problem detail where no route answers. A server that cannot listen, for which
 * Camel has a warning, is refused.
 */
final class HttpServerStart extends LifecycleStrategySupport implements StartupListener, Ordered {

    private static final String CAMEL = "org.apache.camel.component.platform.http.";

    private static final Logger LOG = LoggerFactory.getLogger(HttpServerStart.class);

    /** Closes the Vert.x of the servers, if it is ours. */
    private Supplier<CompletionStage<?>> close;

    /** The server has not looked for its Vert.x yet. */
    @Override
    public void onServiceAdd(CamelContext context, Service service, org.apache.camel.Route route) {
        if (close == null && service.getClass().getName().equals(CAMEL + "vertx.VertxPlatformHttpServer")) {
            close = UnreadableRequests.bind(context);
        }
    }

    @Override
    public void onContextStopped(CamelContext context) {
        if (close != null) {
            close.get().toCompletableFuture().join();
        }
    }

    @Override
    public void onCamelContextStarting(CamelContext context, boolean alreadyStarted) {
        // applications without HTTP have none of these classes, and those on Quarkus not this one
        if (context.getClassResolver().resolveClass(CAMEL + "main.MainHttpServer") != null) {
            Limit.set(context);
        }
        requireListening(context);
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        if (context.getClassResolver().resolveClass(CAMEL + "vertx.VertxPlatformHttpRouter") != null) {
            Answers.install(context);
        }
        requireListening(context);
    }

    /** Behind Camel's own listener, which starts the servers, and before any route starts. */
    @Override
    public int getOrder() {
        return LOWEST;
    }

    private static void requireListening(CamelContext context) {
        if (context.getClassResolver().resolveClass(CAMEL + "vertx.VertxPlatformHttpServer") != null) {
            Listening.require(context);
        }
    }

    /** In a class of its own, like the other: loaded only where the server is. */
    private static final class Limit {

        static void set(CamelContext context) {
            MainHttpServer server = context.hasService(MainHttpServer.class);
            if (server != null && server.getMaxBodySize() == null) {
                context.getPropertiesComponent().resolveProperty("camel.server.maxBodySize").map(Long::valueOf).ifPresent(server::setMaxBodySize);
            }
        }
    }

    private static final class Listening {

        /** @throws ConfigurationException if a server of the context has started and does not listen */
        static void require(CamelContext context) {
            for (VertxPlatformHttpServer server : context.hasServices(VertxPlatformHttpServer.class)) {
                if (server.getServer() != null) {
                    require(server);
                }
            }
        }

        private static void require(VertxPlatformHttpServer server) {
            try {
                // Vert.x does not say whether a server listens, but refuses to let one listen twice
                server.getServer().listen(server.getPort(), server.getHost()).toCompletionStage().toCompletableFuture().join();
            } catch (IllegalStateException e) {
                LOG.trace("The HTTP server listens on {}:{}", server.getHost(), server.getPort());
            } catch (CompletionException e) {
                throw new ConfigurationException("the HTTP server cannot listen on " + server.getHost() + ":" + server.getPort() + " ("
                        + FailureText.message(e.getCause(), 300) + "): the process would run and look healthy, and nobody could call it. End the process "
                        + "that has the port, or set another one: camel.server.port, camel.management.port, or --port of Camel JBang.");
            }
        }
    }

    private static final class Answers {

        static void install(CamelContext context) {
            for (VertxPlatformHttpRouter router : context.getRegistry().findByType(VertxPlatformHttpRouter.class)) {
                router.route().last().handler(request -> unanswered(router, request)).failureHandler(Answers::failed);
            }
        }

        /** No route has taken the request: its path, its method, or a media type is none of theirs. */
        private static void unanswered(VertxPlatformHttpRouter router, RoutingContext request) {
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
}
