package demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

/** A process that ends what the demo has started, and removes its folder, when the demo is killed: nobody else would. */
final class Guard implements AutoCloseable {

    /** The last line that it reads has the processes; the end of input without a word is the end of the demo. */
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            while read -r line; do processes=$line; done
            [ "$processes" = done ] && exit
            kill -9 $processes
            sleep 1
            rm -rf "$0"
            """;

    private final Process process;
    private final PrintStream input;

    Guard(Path folder) throws IOException {
        process = new ProcessBuilder("sh", "-c", SCRIPT, folder.toString()).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        input = new PrintStream(process.getOutputStream(), true);
    }

    /** These are running now. */
    synchronized void watch(Collection<Long> processes) {
        input.println(processes.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    /** All of them have ended. */
    @Override
    public synchronized void close() {
        input.println("done");
        input.close();
    }
}
