package io.reliableroutes.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;

import org.apache.camel.CamelContext;

/**
 * For requests to servers that may answer anything: no redirect is followed, nothing is repeated, and of a body no more is read than is wanted. Camel's HTTP component
 * bounds only the wait for the next byte, and reads bodies to their end.
 */
public final class BoundedHttp {

    private BoundedHttp() {
    }

    /**
     * A client. Whom its TLS trusts is what {@code camel.ssl.*} says, or else the JVM.
     *
     * @throws IOException              if a file of {@code camel.ssl.*} cannot be read
     * @throws GeneralSecurityException if what {@code camel.ssl.*} names is nothing that TLS can use
     */
    public static HttpClient client(CamelContext context) throws IOException, GeneralSecurityException {
        SSLContext trust = context.getSSLContextParameters() == null ? SSLContext.getDefault() : context.getSSLContextParameters().createSSLContext(context);
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER).sslContext(trust).build();
    }

    /**
     * Reads the beginning of a body: of one that is longer, or has no end, nothing more.
     *
     * @param most bytes of a body that is read to its end, so that its connection can be used again; 0 to read nothing at all
     */
    public static BodySubscriber<byte[]> beginning(int most) {
        return new Beginning(most);
    }

    private static final class Beginning implements BodySubscriber<byte[]> {

        private final int most;
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private Flow.Subscription subscription;

        Beginning(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            if (most == 0) {
                end();
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                byte[] bytes = new byte[Math.min(part.remaining(), most + 1 - read.size())];
                part.get(bytes);
                read.writeBytes(bytes);
            }
            if (read.size() > most) {
                end();
            } else {
                subscription.request(1);
            }
        }

        private void end() {
            subscription.cancel();
            body.complete(read.toByteArray());
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(read.toByteArray());
        }
    }
}
