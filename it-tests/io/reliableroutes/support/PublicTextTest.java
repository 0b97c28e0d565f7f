package io.reliableroutes.support;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.apache.camel.http.base.HttpOperationFailedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** An address is shown without what may be a secret in it, wherever it stands in a text. */
class PublicTextTest {

    /** An address with a secret planted in it. */
    record Planted(String address, String secret, String host) {
    }

    @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
    void secretOfAnAddressIsNotShown(@ForAll("addresses") Planted planted, @ForAll("sentences") String sentence) {
        String shown = PublicText.of(sentence.replace("@@", planted.address()));

        assertThat(shown).as("%s in %s", planted, sentence).doesNotContain(planted.secret()).contains(planted.host());
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void messageOfAFailureAndOfARefusalDoesNotShowItEither(@ForAll("addresses") Planted planted) {
        HttpOperationFailedException refused = new HttpOperationFailedException(planted.address(), 302, "Found", planted.address() + "/", null, null);

        assertThat(FailureText.message(refused, 4000)).doesNotContain(planted.secret());
        assertThat(FailureText.message(refused, 60)).hasSizeLessThanOrEqualTo(60).doesNotContain(planted.secret());
        assertThat(new ConfigurationException(planted.address() + " is wrong").getMessage()).doesNotContain(planted.secret());
        assertThat(PublicText.of(syntaxError(planted.address().replace(planted.secret(), "a b" + planted.secret())))).doesNotContain(planted.secret());
    }

    @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
    void textWithoutAnAddressStaysAsItIs(@ForAll("plain") String text) {
        assertThat(PublicText.of(text)).isEqualTo(text);
    }

    @Example
    void addressIsShownAsSchemeHostAndFirstPathSegment() {
        assertThat(PublicText.of("invoking https://hooks.example:8443/services/T0/B0/x?key=y with statusCode: 404")).isEqualTo("invoking https://hooks.example:8443/services/… with statusCode: 404");
        assertThat(PublicText.of("jdbc:postgresql://a:5432,b:5432/bank_a?password=x")).isEqualTo("jdbc:postgresql://a:5432,b:5432/bank_a/…");
        assertThat(PublicText.of("jdbc:postgresql:bank_a?user=u&password=x")).isEqualTo("jdbc:postgresql:bank_a?user=u&password=…");
        assertThat(PublicText.of("http://localhost:8091/alerts")).isEqualTo("http://localhost:8091/alerts");
        assertThat(PublicText.of("amqp://user:pass@[::1]:5672")).isEqualTo("amqp://[::1]:5672");
        assertThat(PublicText.of("https://hc.example/0b8f7c3e-1f6e-4d8e-9a52-7f0a3c7e1b2d")).isEqualTo("https://hc.example/…");
        assertThat(PublicText.of(null)).isNull();
    }

    /** Half a megabyte of what makes a careless pattern look again and again. */
    @Example
    void longTextTakesNoTime() {
        for (String part : new String[] {"a", "://", "key", "key=", "http://a:b@", "://a,b:1,", "a at index 1: ", "location: /", "[", "/", "=", "://[::"}) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> PublicText.of(part.repeat(500_000 / part.length()) + " x"), part);
        }
    }

    @Provide
    Arbitrary<Planted> addresses() {
        Arbitrary<String> secret = Arbitraries.strings().withCharRange('a', 'z').withCharRange('A', 'Z').numeric().ofMinLength(12).ofMaxLength(40).map(text -> "S3" + text);
        Arbitrary<String> scheme = Arbitraries.of("http", "https", "jdbc:postgresql", "HTTPS", "smtp", "tcp", "x" + "y".repeat(60), "jdbc:otherdb:thin");
        Arbitrary<String> host = Arbitraries.of("hooks.example", "localhost:8091", "127.0.0.1", "[::1]:80", "a:5432,b:5432", "xn--bcher-kva.example");
        Arbitrary<String> place = Arbitraries.of("/services/T0/B0/@", "/robot/send?access_token=@", "/robot/send?a=b&sign=@&c=d", "/send?@", "?key=@", "/a/@/", "/a/b/c/d/@?x", "/a#@", "#@",
                "/bank_a?user=u&password=@", "/a;jsessionid=@", ";password=@", "/a/b@@", "/a/%2F@", "//@", "/a//@", "\\@", "/a,@", "/a/(@)", "/" + "x".repeat(30) + "@");
        Arbitrary<String> user = Arbitraries.of("", "", "", "u:@A", "@A", "u:p:@A", "u:p%40@A", ":@A", "u@x:@A", "@:A");
        return Combinators.combine(secret, scheme, host, place, user).as((s, sc, h, p, u) -> new Planted(sc + "://"
                + u.replace("@", s).replace("A", "@") + h + p.replace("@", s), s, h.replaceAll(":.*|[\\[\\]]", "").isEmpty() ? "::1" : h.split("[:,]")[0]));
    }

    @Provide
    Arbitrary<String> sentences() {
        return Arbitraries.of("@@", "HTTP operation failed invoking @@ with statusCode: 404", "Failed to resolve endpoint: @@ due to: x", "\"@@\"", "(@@)", "<@@>", "a\n@@\nb", "x=@@",
                "Invalid url: @@. If you are forwarding", "@@ @@", "{\"url\":\"@@\"}", "'@@'", "http://a.example/b/c @@", "to[@@]", "url(@@),@@", "a:@@", "redirectLocation: @@");
    }

    @Provide
    Arbitrary<String> plain() {
        return Arbitraries.of("ERROR: duplicate key value violates unique constraint \"x\"\n  Detail: Key (message_key)=(k-1) already exists.", "Connection to localhost:1 refused. Check that",
                "account a-1 has 12.50 and not 13.00: key is a-1", "java.io.IOException: a//b and c:/d", "", " ", "50% of 1/2", "\u65e5\u672c: \ud83d\ude00", "Unknown host nowhere.invalid",
                "http: nothing", "http://", "a = b", "location: home", "INSERT INTO t (monkey) VALUES ($1)");
    }

    private static String syntaxError(String address) {
        try {
            new URI(address);
            throw new AssertionError(address + " is an address");
        } catch (URISyntaxException e) {
            return e.getMessage();
        }
    }
}
