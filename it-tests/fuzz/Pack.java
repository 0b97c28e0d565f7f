package fuzz;

import java.util.Map;

import harness.Database;
import harness.Routes;
import harness.Servers;

/** The pack that is fuzzed: as shipped, or a mutant of it. */
public interface Pack {

    Pack SHIPPED = new Pack() {
        @Override
        public Database database(String... files) {
            return Servers.database(files);
        }

        @Override
        public Routes start(Map<String, String> settings, String... files) {
            return Routes.start(settings, files);
        }
    };

    /** A new database with these files applied, for example {@code schema.sql}. */
    Database database(String... files);

    /** Starts files of {@code routes/}, or others by their absolute paths. */
    Routes start(Map<String, String> settings, String... files);
}
