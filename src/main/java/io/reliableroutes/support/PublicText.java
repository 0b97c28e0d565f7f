package io.reliableroutes.support;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text of a failure as logs, tables, alerts and answers may show it. The address of a webhook is a secret, and JDBC URLs have passwords: of
 * an address its scheme, host and first path segment are shown, the rest is an ellipsis.
 */
public final class PublicText {

    private static final Pattern ADDRESS = Pattern.compile("(?<=:)//([^\\s\"'<>]*[^\\s\"'<>).,;:])");
    /** A server's name with its port: what else stands before the path may be a password. */
    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:@\\[\\]]*)(:\\d*)?");
    /** A long one is no name but an id. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]{1,20}");
    /** What is not encoded has blanks, so its end is not known: java.net.URISyntaxException says it last. */
    private static final Pattern UNREADABLE = Pattern.compile("( at index \\d+: )(.+)", Pattern.DOTALL);
    private static final Pattern RELATIVE = Pattern.compile("(?i)(location: )/\\S*");
    private static final Pattern PAIR = Pattern.compile(
            "(?i)((?:passw(?:or)?d|pwd|secret|token|credential|sign|sig|key)[\\w.-]{0,40}=)[^\\s&;,\"'<>()]+");

    private PublicText() {
    }

    /** The text without the secrets of addresses, null for null. Takes time in proportion to its length, whatever it is. */
    public static String of(String text) {
        if (text == null) {
            return null;
        }
        String shown = UNREADABLE.matcher(text).replaceFirst(match -> Matcher.quoteReplacement(match.group(1) + match.group(2).replaceAll("(?s)\\s.*", " …")));
        shown = ADDRESS.matcher(shown).replaceAll(match -> Matcher.quoteReplacement("//" + address(match.group(1))));
        return PAIR.matcher(RELATIVE.matcher(shown).replaceAll("$1/…")).replaceAll("$1…");
    }

    private static String address(String address) {
        String authority = address.split("[/?#\\\\;]", 2)[0];
        String hosts = authority.substring(authority.lastIndexOf('@') + 1);
        String rest = address.substring(authority.length());
        String[] path = rest.startsWith("/") ? rest.substring(1).split("[?#;]", 2)[0].split("/", 2) : new String[] {""};
        String first = SEGMENT.matcher(path[0]).matches() ? "/" + path[0] : "";
        String shown = (Arrays.stream(hosts.split(",")).allMatch(host -> HOST.matcher(host).matches()) ? hosts : "…") + first;
        return rest.equals(first) ? shown : shown + "/…";
    }
}
