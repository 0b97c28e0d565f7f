package io.reliableroutes.xa;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.reliableroutes.support.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Values with which a transaction could not be recovered are refused before anything is opened. */
class XaSettingsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            60 | ``                             | file:/tmp/x            | 10s  | xa.node-identifier () is not set
            60 | 1                              | file:/tmp/x            | 10s  | xa.node-identifier (1) is Narayana's default
            60 | a-name-of-twenty-nine-bytes-x  | file:/tmp/x            | 10s  | is longer than 28 bytes
            60 | bänk-with-28-characters-xxxx   | file:/tmp/x            | 10s  | is longer than 28 bytes
            60 | bank-a-1                       | file:/tmp/x            | soon | xa.recovery-period (soon) is no duration
            60 | bank-a-1                       | file:/tmp/x            | 0    | xa.recovery-period (0) is no duration
            0  | bank-a-1                       | file:/tmp/x            | 10s  | tx.timeout (0) is not a positive number
            60 | bank-a-1                       | ``                     | 10s  | xa.object-store () names no directory and no database
            60 | bank-a-1                       | /var/lib/x             | 10s  | xa.object-store (/var/lib/x) names no directory
            60 | bank-a-1                       | PutObjectStoreDirHere  | 10s  | xa.object-store (PutObjectStoreDirHere) names no directory
            60 | bank-a-1                       | file:PutObjectStoreDirHere | 10s | names no directory
            60 | bank-a-1                       | jdbc:postgresql://localhost:1/none | 10s | xa.object-store (jdbc:postgresql://localhost:1/none) cannot be reached
            """)
    void valueThatCannotWorkIsRefused(String timeout, String node, String store, String period, String message) {
        assertThatThrownBy(() -> XaTransactionManager.create(timeout, node, store, period)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(message).hasMessageEndingWith(".");
    }

    @Test
    void objectStoreThatCannotBeWrittenIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> XaTransactionManager.create("60s", "bank-a-1", "file:" + file.resolve("store"), "10s"))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("cannot be written").hasMessageContaining("No decision could be logged.");
    }

    @Test
    void objectStoreOfAnotherLiveProcessIsRefused() throws IOException {
        try (FileChannel other = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock();

            assertThatThrownBy(() -> XaTransactionManager.create("60s", "bank-a-1", "file:" + folder, "10s"))
                    .isInstanceOf(ConfigurationException.class).hasMessageContaining("is in use by another live process");
        }
    }
}
