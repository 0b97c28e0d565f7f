package faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import harness.Ports;


/**
 * Hosts with a network of their own: Linux network namespaces, each joined by a cable to a bridge, behind which the servers are. To cut
 * one off is to pull its cable. Their names have the process id in them, at most 15 characters long; interrupted tests leave none.
 */
final class Namespaces extends Hosts {

    private static final int API_PORT = 8080;

    private final String bridge = "rr" + ProcessHandle.current().pid();
    /** One of 8,192 networks of 16 addresses in 198.18.0.0/15, which is set aside for tests of networks (RFC 2544). */
    private final int network = (int) (ProcessHandle.current().pid() % 8192 * 16);
    private final int brokerPort = Ports.free();

    /** @throws IllegalStateException if this user or this machine cannot; nothing is left behind then */
    Namespaces() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        try {
            ip("link", "add", bridge, "type", "bridge");
            ip("address", "add", address(0) + "/28", "dev", bridge);
            ip("link", "set", bridge, "up");
            ALL.forEach(this::add);
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private void add(int host) {
        ip("netns", "add", name(host));
        ip("link", "add", cable(host), "type", "veth", "peer", "name", "eth0", "netns", name(host));
        ip("link", "set", cable(host), "master", bridge, "up");
        ip("-netns", name(host), "link", "set", "lo", "up");
        ip("-netns", name(host), "address", "add", address(host) + "/28", "dev", "eth0");
        // in the way of the processes: who may make a namespace may not always enter it
        ip("netns", "exec", name(host), "ip", "link", "set", "eth0", "up");
    }

    private String name(int host) {
        return bridge + "-" + host;
    }

    private String cable(int host) {
        return bridge + "-" + host + "c";
    }

    /** The address of a host, or of the servers: 0. */
    private String address(int host) {
        int number = network + 1 + host;
        return "198." + (18 + number / 65_536) + "." + number / 256 % 256 + "." + number % 256;
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    Map<String, String> listeners() {
        return Map.of(broker(0), broker(0));
    }

    @Override
    Map<String, String> postgresSettings(Path folder) {
        Map<String, String> settings = new HashMap<>(documented("ini"));
        settings.put("listen_addresses", "127.0.0.1," + address(0));
        try {
            settings.put("hba_file", Files.writeString(folder.resolve("hosts.hba"), """
                    host all all 127.0.0.1/32 trust
                    host all all %s/28 trust
                    """.formatted(address(0))).toString());
            return settings;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    String database(int host, int port) {
        return address(0) + ":" + port;
    }

    @Override
    String broker(int host) {
        return address(0) + ":" + brokerPort;
    }

    @Override
    int apiPort(int host) {
        return API_PORT;
    }

    @Override
    List<String> apis() {
        return ALL.stream().map(host -> "http://" + address(host) + ":" + API_PORT).toList();
    }

    @Override
    List<String> command(int host) {
        return List.of("ip", "netns", "exec", name(host));
    }

    @Override
    void cutOff(int host) {
        ip("link", "set", cable(host), "down");
    }

    @Override
    void heal(int host) {
        ip("link", "set", cable(host), "up");
    }

    @Override
    public void close() {
        List<String[]> all = new ArrayList<>();
        ALL.forEach(host -> all.add(new String[] {"link", "delete", cable(host)}));
        ALL.forEach(host -> all.add(new String[] {"netns", "delete", name(host)}));
        all.add(new String[] {"link", "delete", bridge});
        for (String[] arguments : all) {
            try {
                ip(arguments);
            } catch (IllegalStateException e) {
                // it is not there: it was never made, or has been deleted before
            }
        }
    }

    @Override
    public String toString() {
        return "hosts=namespaces " + ALL.stream().map(this::name).toList() + " on the bridge " + bridge;
    }
}
