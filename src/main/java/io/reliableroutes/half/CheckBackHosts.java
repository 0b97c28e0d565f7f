package io.reliableroutes.half;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;

/**
 * The hosts that may be asked: {@code half.check-back.hosts}, names with or without a port. A producer names the address of its check-back, so
 * without a list it could let the service ask anybody in its network.
 *
 * @param hosts in small letters, not null
 */
record CheckBackHosts(Set<String> hosts) {

    static final String SETTING = "half.check-back.hosts";
    private static final String HOST = "([a-z0-9._-]{1,253}|\\[[0-9a-f:.]+])(:[0-9]{1,5})?";

    /** @throws ConfigurationException if an entry is no host */
    static CheckBackHosts of(CamelContext context) {
        Set<String> hosts = new LinkedHashSet<>();
        for (String entry : Settings.text(context, SETTING).trim().toLowerCase(Locale.ROOT).split("\\s*,\\s*")) {
            if (!entry.matches("(" + HOST + ")?")) {
                throw new ConfigurationException(SETTING + " has an entry (" + entry + ") that is no host and no host:port: no check-back would go there. "
                        + "Write for example bank.example:8443.");
            }
            if (!entry.isEmpty()) {
                hosts.add(entry);
            }
        }
        return new CheckBackHosts(hosts);
    }

    boolean allow(URI url) {
        return hosts.contains(url.getHost().toLowerCase(Locale.ROOT)) || hosts.contains(place(url));
    }

    /** Host and port. */
    static String place(URI url) {
        int port = url.getPort() >= 0 ? url.getPort() : url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        return url.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    }
}
