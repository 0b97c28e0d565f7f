package io.reliableroutes.start;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.reliableroutes.support.ProblemDetail;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/**
 * The Vert.x of Camel's HTTP servers, which answers with a problem detail too what no route ever sees: Vert.x takes a handler for it only
 * before a server listens, and Camel gives none. It is HTTP/1.1's: of HTTP/2 Netty answers 431 itself, and without a body.
 */
final class UnreadableRequests extends VertxWrapper {

    private final Runnable beforeListening;

    private UnreadableRequests(VertxInternal vertx, Runnable beforeListening) {
        super(vertx);
        this.beforeListening = beforeListening;
    }

    /**
     * Makes it a bean, where Camel's servers look for one, if there is none of the application's own.
     *
     * @param  beforeListening is run for each server, when its router is a bean and nobody can request anything yet
     * @return                 what closes it when the servers are closed, or null for an application's own, which stays as it is
     */
    static Supplier<CompletionStage<?>> bind(CamelContext context, Runnable beforeListening) {
        if (!context.getRegistry().findByType(Vertx.class).isEmpty()) {
            return null;
        }
        VertxOptions options = CamelContextHelper.findSingleByType(context, VertxOptions.class);
        Vertx vertx = new UnreadableRequests((VertxInternal) Vertx.vertx(options == null ? new VertxOptions() : options), beforeListening);
        context.getRegistry().bind("reliableRoutesVertx", vertx);
        return () -> vertx.close().toCompletionStage();
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        beforeListening.run();
        return super.createHttpServer(options).invalidRequestHandler(request -> answer(request, options));
    }

    private static void answer(HttpServerRequest request, HttpServerOptions options) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            answer(request, 414, "the address is longer than " + options.getMaxInitialLineLength() + " bytes: nothing was done. Send a shorter one.");
        } else if (cause instanceof TooLongHttpHeaderException) {
            answer(request, 431, "the headers are longer than " + options.getMaxHeaderSize() + " bytes: nothing was done. Send fewer or shorter ones.");
        } else {
            answer(request, 400, "the request is no valid HTTP: nothing was done. Correct it.");
        }
    }

    private static void answer(HttpServerRequest request, int status, String detail) {
        request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, ProblemDetail.CONTENT_TYPE)
                // what follows on the connection cannot be read either
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE).end(ProblemDetail.json(status, detail, Map.of()));
        request.response().close();
    }
}
