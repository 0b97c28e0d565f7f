package faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import harness.Kafka;
import harness.Ports;
import harness.TcpProxy;

/** Hosts that are only processes of this one, each behind three proxies: to PostgreSQL, to Kafka, and from the customers. */
final class ProxiedHosts extends Hosts {

    private final String reason;
    private final Map<Integer, Integer> brokerPorts = perHost();
    private final Map<Integer, Integer> apiPorts = perHost();
    private final Map<Integer, TcpProxy> brokers = proxies(brokerPorts);
    private final Map<Integer, TcpProxy> apis = proxies(apiPorts);
    private final Map<Integer, TcpProxy> databases = new LinkedHashMap<>();

    /** @param reason why they are no network namespaces, not null */
    ProxiedHosts(String reason) {
        this.reason = reason;
    }

    private static Map<Integer, Integer> perHost() {
        Map<Integer, Integer> ports = new LinkedHashMap<>();
        ALL.forEach(host -> ports.put(host, Ports.free()));
        return ports;
    }

    private static Map<Integer, TcpProxy> proxies(Map<Integer, Integer> targets) {
        Map<Integer, TcpProxy> proxies = new LinkedHashMap<>();
        targets.forEach((host, port) -> proxies.put(host, new TcpProxy(port, Duration.ZERO)));
        return proxies;
    }

    @Override
    Map<String, String> listeners() {
        Map<String, String> advertised = new LinkedHashMap<>();
        ALL.forEach(host -> advertised.put("127.0.0.1:" + brokerPorts.get(host), broker(host)));
        return advertised;
    }

    @Override
    Map<String, String> postgresSettings(Path folder) {
        Map<String, String> settings = new HashMap<>(documented("ini"));
        // the proxy answers the server's probes, as it would for a host that hangs; longer than the relays' send deadline
        settings.put("idle_in_transaction_session_timeout", 2 * World.SEND_DEADLINE_SECONDS + "s");
        return settings;
    }

    @Override
    String database(int host, int port) {
        return databases.computeIfAbsent(host, key -> new TcpProxy(port, Duration.ZERO)).address();
    }

    @Override
    String broker(int host) {
        return brokers.get(host).address();
    }

    @Override
    int apiPort(int host) {
        return apiPorts.get(host);
    }

    @Override
    List<String> apis() {
        return apis.values().stream().map(proxy -> "http://" + proxy.address()).toList();
    }

    @Override
    List<String> command(int host) {
        return List.of();
    }

    @Override
    void cutOff(int host) {
        List.of(databases, brokers, apis).forEach(proxies -> proxies.get(host).blackHole());
    }

    @Override
    void heal(int host) {
        List.of(databases, brokers, apis).forEach(proxies -> proxies.get(host).heal());
    }

    @Override
    public void close() {
        List.of(databases, brokers, apis).forEach(proxies -> proxies.values().forEach(TcpProxy::close));
    }

    @Override
    public String toString() {
        return "hosts=proxied, as network namespaces are not to be had: " + reason;
    }
}
