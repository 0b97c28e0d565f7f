package io.reliableroutes.start;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.FailureText;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the HTTP server of an application does before and behind its routes: it holds bodies to {@code camel.server.maxBodySize}, which
 * Camel JBang's server does not read, and answers with a problem detail where no route answers: as long as the routes are not there yet, or
 * not any more, that the request may be sent again. A server that cannot listen, for which Camel has a warning, is refused.
 */
final class HttpServerStart extends LifecycleStrategySupport implements StartupListener, Ordered {

    private static final String CAMEL = "org.apache.camel.component.platform.http.";

    private static final Logger LOG = LoggerFactory.getLogger(HttpServerStart.class);

    /** Routers that answer what no route answers. */
    private final Set<Object> answering = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Closes the Vert.x of the servers, if it is ours. */
    private Supplier<CompletionStage<?>> close;

    /** The server has not looked for its Vert.x yet. */
    @Override
    public void onServiceAdd(CamelContext context, Service service, Route route) {
        if (close == null && service.getClass().getName().equals(CAMEL + "vertx.VertxPlatformHttpServer")) {
            close = UnreadableRequests.bind(context, () -> UnansweredRequests.install(context, answering));
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
        answer(context);
        requireListening(context);
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        answer(context);
        requireListening(context);
    }

    /** Of servers with a Vert.x of the application's own, and of other runtimes; ours has done so before it listened. */
    private void answer(CamelContext context) {
        if (context.getClassResolver().resolveClass(CAMEL + "vertx.VertxPlatformHttpRouter") != null) {
            UnansweredRequests.install(context, answering);
        }
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
}
