package io.reliableroutes.support;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.reliableroutes.InvalidMessageException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.model.ModelCamelContext;

/**
 * Who may use an HTTP API of the pack. Where its setting of logins has names, each request needs the token of one (HTTP Basic). Without a login
 * the API is for the machine it runs on: the start is refused where its server listens elsewhere. The routes ask, and not the HTTP server,
 * because they are the same on every runtime: Camel JBang's server knows no login, and Quarkus has one of its own.
 *
 * @param logins   the setting: {@code name:token,name:token}, not null
 * @param route    id of a route that is there where the API is, not null
 * @param api      what it is called in messages, not null
 * @param harm     what anybody could do who reaches it, not null
 * @param loopback how to start it so that it listens on this machine only, not null
 */
public record HttpAccess(String logins, String route, String api, String harm, String loopback) {

    private static final Pattern LOGIN = Pattern.compile("([A-Za-z0-9._@-]{1,100}):([\\x21-\\x7e&&[^,]]{20,500})");
    private static final Pattern AUTHORITY = Pattern.compile("https?://([^/?#]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern HERE = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    /**
     * Before a refusal it sets the variable {@code refusedAs} to its HTTP status.
     *
     * @param  exchange                with the headers of a request as its server has received it, not null
     * @return                         the name of the login, null where none is needed
     * @throws InvalidMessageException if the request is not let in: a login is missing, or a page of another site has sent it
     */
    public String admit(Exchange exchange) {
        Map<String, String> all = all(exchange.getContext());
        String name = null;
        if (!all.isEmpty()) {
            name = name(all, header(exchange, "Authorization"));
            refuse(exchange, name == null, "401", "the login is missing or wrong", "Send the name and the token of an entry of " + logins);
        }
        // HTTP/2 has no header Host
        Matcher url = AUTHORITY.matcher(exchange.getMessage().getHeader(Exchange.HTTP_URL, "", String.class));
        String host = url.lookingAt() ? url.group(1) : null;
        // a page can give its own name the address of this machine: its browser would take what it asks here for a question to its own site
        refuse(exchange, all.isEmpty() && !isLoopback(localAddress(exchange)), "403", "the API listens on more than this machine and knows no login",
                loopback + ", or set " + logins);
        refuse(exchange, all.isEmpty() && !(host != null && HERE.matcher(host).matches()), "403", "the host (" + host + ") is not this machine",
                "Ask localhost, or set " + logins);
        String origin = header(exchange, "Origin");
        refuse(exchange, origin != null && !Set.of("http://" + host, "https://" + host).contains(origin), "403",
                "the page that asks (" + origin + ") is of another site", "Ask without a browser, or from a page of this server");
        boolean post = "POST".equals(exchange.getMessage().getHeader(Exchange.HTTP_METHOD));
        String type = header(exchange, "Content-Type");
        // a form of any page can send the other types
        refuse(exchange, post && !(type != null && type.matches("(?i)application/json *(;.*)?")), "415", "Content-Type (" + type + ") is not application/json",
                "Say so");
        String query = exchange.getMessage().getHeader(Exchange.HTTP_RAW_QUERY, String.class);
        // its parameters stand among the headers: it could say the type that a form does not have, or a login, and queries stand in logs
        refuse(exchange, post && query != null && !query.isEmpty(), "400", "the request has a query", "Say all in the body");
        return name;
    }

    /** @throws ConfigurationException if the API would be open to others without a login, or a login is none */
    public void check(CamelContext context) {
        if (((ModelCamelContext) context).getRouteDefinition(route) == null) {
            return;
        }
        boolean quarkus = context.getClass().getName().startsWith("org.apache.camel.quarkus.");
        // without camel.server.enabled Camel JBang has a server of its own, which listens everywhere
        boolean set = quarkus || Boolean.parseBoolean(server(context, "camel.server.enabled"));
        String name = quarkus ? "quarkus.http.host" : set ? "camel.server.host" : "camel.server.enabled";
        String host = server(context, name);
        if (all(context).isEmpty() && !(set && isLoopback(host))) {
            throw new ConfigurationException(name + " (" + host + ") lets the " + api + " listen on more than this machine, and " + logins
                    + " is empty: whoever reaches the port could " + harm + ". " + loopback + ", or set " + logins + " to names and tokens.");
        }
    }

    /** An option of a server: from files and the command line, where Camel reads it, and not from the environment. */
    private static String server(CamelContext context, String name) {
        return context.resolvePropertyPlaceholders(context.getPropertiesComponent().loadProperties(name::equals).getProperty(name, ""));
    }

    /** Where a request has come in, by its socket; empty if the server does not tell. */
    private static String localAddress(Exchange exchange) {
        return String.valueOf(exchange.getMessage().getHeader("CamelVertxPlatformHttpLocalAddress")).replaceFirst(":\\d+$", "").replaceFirst("^null$", "");
    }

    private static boolean isLoopback(String host) {
        try {
            return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Map<String, String> all(CamelContext context) {
        Map<String, String> all = new LinkedHashMap<>();
        String setting = Settings.text(context, logins);
        String[] entries = setting.isBlank() ? new String[0] : setting.split(",", -1);
        for (int i = 0; i < entries.length; i++) {
            Matcher entry = LOGIN.matcher(entries[i].trim());
            if (!entry.matches() || all.put(entry.group(1), entry.group(2)) != null) {
                // the entry itself is a secret
                throw new ConfigurationException(logins + " has an entry (number " + (i + 1) + ") that is no name:token with a name of its own and a token "
                        + "of 20 characters or more: nobody would know who acts. Write for example ann:<the output of openssl rand -hex 20>.");
            }
        }
        return all;
    }

    /** The name whose token was sent, null if none was. */
    private static String name(Map<String, String> all, String authorization) {
        Matcher basic = Pattern.compile("(?i)basic +([A-Za-z0-9+/=]+)").matcher(authorization == null ? "" : authorization);
        if (!basic.matches()) {
            return null;
        }
        byte[] sent;
        try {
            sent = Base64.getDecoder().decode(basic.group(1));
        } catch (IllegalArgumentException e) {
            return null;
        }
        String name = null;
        for (Map.Entry<String, String> login : all.entrySet()) {
            // digests are of one length, and all are compared: the time tells nothing
            if (MessageDigest.isEqual(digest(sent), digest((login.getKey() + ":" + login.getValue()).getBytes(StandardCharsets.UTF_8)))) {
                name = login.getKey();
            }
        }
        return name;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A header, null if it is missing. One that is there twice, be it in the query, is refused. */
    private static String header(Exchange exchange, String name) {
        Object value = exchange.getMessage().getHeader(name);
        refuse(exchange, value != null && !(value instanceof String), "400", "the header " + name + " is there twice", "Send it once");
        return (String) value;
    }

    private static void refuse(Exchange exchange, boolean wrong, String status, String problem, String fix) {
        if (wrong) {
            exchange.setVariable("refusedAs", status);
            throw new InvalidMessageException(problem + ": nothing was done. " + fix + ".");
        }
    }
}
