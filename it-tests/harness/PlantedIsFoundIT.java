package harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The look that every test ends with can fail. */
class PlantedIsFoundIT {

    private static final String LEAK = "password=" + Planted.secret("database.bank-a.password");

    @Test
    void inTheLogOfThisJvm() {
        LoggerFactory.getLogger(PlantedIsFoundIT.class).warn("a test writes {}", LEAK);
        assertThatThrownBy(Planted::checkLog).isInstanceOf(AssertionError.class).hasMessageContaining(LEAK);

        LoggerFactory.getLogger(PlantedIsFoundIT.class).warn("a test writes", new IllegalStateException(new IllegalStateException(LEAK)));
        assertThatThrownBy(Planted::checkLog).isInstanceOf(AssertionError.class).hasMessageContaining(LEAK);
        assertThatCode(Planted::checkLog).doesNotThrowAnyException();
    }

    @Test
    void inTheLogOfAProcess(@TempDir Path folder) {
        RouteProcess process = RouteProcess.of(List.of("sh", "-c", "env | grep DATABASE_BANK_A_PASSWORD"), folder, folder.resolve("log"), Map.of()).start();
        process.awaitExit();
        assertThatThrownBy(process::close).isInstanceOf(AssertionError.class).hasMessageContaining(Planted.MARK);
    }

    @Test
    void inWhatATableTellsOfAFailure() {
        Database database = Servers.database("schema.sql");
        database.update("INSERT INTO incident (kind, subject, error_class, error_message) VALUES ('BURIAL', 's', 'c', ?)", "Failing row contains " + Planted.PAYLOAD);
        assertThatThrownBy(() -> Planted.check(database)).isInstanceOf(AssertionError.class).hasMessageContaining("incident");
    }
}
