package xa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A point at which a Byteman rule holds its thread: called in the XA process, told by files. */
public final class Hold {

    private Hold() {
    }

    /** Makes the first file and returns when the second is there. */
    public static void here(String reached, String goOn) throws IOException {
        Files.createFile(Path.of(reached));
        XaFixture.await().until(() -> Files.exists(Path.of(goOn)));
    }
}
