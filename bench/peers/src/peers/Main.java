package peers;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One outbox in a process of its own. It is told what to do by lines on standard input, and answers with lines that begin with "= ". */
public final class Main {

    private static final int SENDERS = 8;
    private static final int BATCH = 1000;
    private static final int BYTES = 290;

    /** The outbox's class, its database, the brokers, its topic, and whether it relays. */
    public static void main(String[] arguments) {
        try (Outbox outbox = (Outbox) Class.forName("peers." + arguments[0]).getDeclaredConstructor().newInstance()) {
            outbox.start(new Outbox.Servers(arguments[1], arguments[2], arguments[3]), Boolean.parseBoolean(arguments[4]));
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                obey(outbox, line.split(" "));
                System.out.println("= " + outbox.state());
            }
        } catch (Exception e) {
            fail(e);
        }
        // some outboxes leave threads behind
        System.exit(0);
    }

    private static void obey(Outbox outbox, String[] words) throws Exception {
        int[] numbers = Stream.of(words).skip(1).mapToInt(Integer::parseInt).toArray();
        switch (words[0]) {
            case "fill" -> fill(outbox, numbers[0], numbers[1]);
            case "send" -> send(outbox, numbers[0], numbers[1], numbers[2], numbers[3]);
            case "state" -> { }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static void fail(Exception e) {
        e.printStackTrace();
        System.exit(1);
    }

    private static void fill(Outbox outbox, int messages, int keys) throws Exception {
        for (int i = 0; i < messages; i += BATCH) {
            outbox.send(IntStream.range(i, Math.min(i + BATCH, messages)).mapToObj(n -> message(n, keys, 0)).toList());
        }
    }

    /** Sends when messages are due, not when those before are done; those of a key by the same thread, so that they commit in their order. */
    private static void send(Outbox outbox, int first, int messages, int rate, int keys) throws Exception {
        List<ExecutorService> senders = Stream.generate(Executors::newSingleThreadExecutor).limit(SENDERS).toList();
        long begin = System.nanoTime();
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        for (int i = 0; i < messages; i++) {
            long due = i * 1_000_000_000L / rate;
            Outbox.Message message = message(first + i, keys, micros + due / 1000);
            LockSupport.parkNanos(begin + due - System.nanoTime());
            senders.get((first + i) % keys % SENDERS).execute(() -> {
                try {
                    outbox.send(List.of(message));
                } catch (Exception e) {
                    // else what was never sent would count as lost
                    fail(e);
                }
            });
        }
        for (ExecutorService sender : senders) {
            sender.shutdown();
            if (!sender.awaitTermination(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException("not all are sent");
            }
        }
    }

    /** Its number and when it is due, microseconds since 1970, begin the payload. */
    private static Outbox.Message message(int number, int keys, long due) {
        String begin = number + " " + due + " ";
        return new Outbox.Message("k" + number % keys, begin + "x".repeat(BYTES - begin.length()));
    }

    private Main() {
    }
}
