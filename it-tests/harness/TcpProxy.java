package harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between a process and its server, to be broken: it can cut, refuse, delay and swallow what goes through. What a black
 * hole has swallowed arrives when it is healed, as TCP repeats what was lost: a COMMIT may come long after its sender has given up.
 */
public final class TcpProxy implements AutoCloseable {

    private final int target;
    private final Traffic traffic;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * @param target  port on this host that connections go on to; nobody needs to listen there yet
     * @param latency how long everything takes in each direction, not null: what is far away is hit on its way more often
     */
    public TcpProxy(int target, Duration latency) {
        this.target = target;
        this.traffic = new Traffic(latency);
        try {
            listener = new ServerSocket(Ports.free(), 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException("there is no port for a proxy", e);
        }
        run(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Host and port, as JDBC and Kafka write them. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Cuts all connections at once: both sides see a reset. New ones are let through. */
    public void cut() {
        traffic.count(sockets.size());
        sockets.forEach(this::reset);
    }

    /** Resets each new connection at once. The port stays taken, so that no other process gets it. */
    public void refuse() {
        traffic.refuse();
    }

    /** Lets everything through, later. */
    public void delay(Duration delay) {
        traffic.delay(delay);
    }

    /** Accepts connections and bytes, and lets nothing through, not even that a side has closed. */
    public void blackHole() {
        traffic.blackHole();
    }

    /** Lets everything through, also what was swallowed. */
    public void heal() {
        traffic.heal();
    }

    /** How many connections and packets have been cut, refused, delayed or swallowed: a fault that hinders nothing proves nothing. */
    public int hindered() {
        return traffic.hindered();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                run(() -> connect(client));
            } catch (IOException e) {
                // closed: the loop ends
            }
        }
    }

    private void connect(Socket client) {
        sockets.add(client);
        try {
            traffic.enter();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            run(() -> pump(client, server));
            pump(server, client);
        } catch (IOException e) {
            reset(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[65_536];
        try {
            int length;
            do {
                length = from.getInputStream().read(buffer);
                traffic.pass();
                if (length > 0) {
                    to.getOutputStream().write(buffer, 0, length);
                }
            } while (length >= 0);
            to.shutdownOutput();
            if (!from.isOutputShutdown()) {
                // the other direction may still have something to say: what a server says before it hangs up matters
                return;
            }
        } catch (IOException | InterruptedException e) {
            // one side is gone: so is the other
        }
        reset(from);
        reset(to);
    }

    private void reset(Socket socket) {
        sockets.remove(socket);
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // closed before
        }
    }

    private static void run(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // nobody else uses it
        }
        heal();
        sockets.forEach(this::reset);
    }
}
