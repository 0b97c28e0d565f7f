package harness;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ports for servers that start later. Each JVM gives from a range of its own, held by a lock on a file until it ends: of a range that all share,
 * two could be given the same port before one of them listens there.
 */
public final class Ports {

    /** Below the ports that Linux gives to clients: none of them takes one while its server is down, and no client is connected to itself. */
    private static final int FIRST = 12_000;
    private static final int RANGE = 500;
    private static final int RANGES = 40;

    private static FileLock held;
    private static int begin;
    private static int given;

    private Ports() {
    }

    /** A port on which nobody listens now, and that this JVM gives to nobody else soon. */
    public static synchronized int free() {
        if (held == null) {
            hold();
        }
        while (true) {
            try (ServerSocket socket = new ServerSocket(begin + given++ % RANGE)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken: the next one
            }
        }
    }

    private static void hold() {
        for (int range = 0; range < RANGES; range++) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "reliable-routes-ports-" + System.getProperty("user.name") + "-" + range);
            try {
                // not closed: the lock would go with it
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                held = channel.tryLock();
                if (held == null) {
                    channel.close();
                }
            } catch (IOException | OverlappingFileLockException e) {
                // somebody else's
            }
            if (held != null) {
                begin = FIRST + range * RANGE;
                return;
            }
        }
        throw new IllegalStateException("no range of ports is free: " + RANGES + " JVMs hold one each");
    }
}
