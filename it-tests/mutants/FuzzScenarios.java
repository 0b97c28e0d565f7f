package mutants;

import java.util.List;
import java.util.Map;

import fuzz.HostileRecords;
import fuzz.HostileRows;
import harness.Database;
import harness.Routes;

/** A short fuzz, always of the same seed, with the checkers of it-tests/fuzz. */
final class FuzzScenarios {

    private static final long SEED = 11;
    private static final int MANY = 200;

    private FuzzScenarios() {
    }

    static String noRowStopsBendsOrLosesAnything(Pack pack) throws Exception {
        return violation(HostileRows.violations(fuzzed(pack), SEED, MANY, new StringBuilder()));
    }

    static String noRecordStopsBendsOrLosesAnything(Pack pack) throws Exception {
        return violation(HostileRecords.violations(fuzzed(pack), SEED, MANY, 1, new StringBuilder()));
    }

    private static String violation(List<String> violations) {
        return violations.isEmpty() ? null : String.join("; ", violations);
    }

    private static fuzz.Pack fuzzed(Pack pack) {
        return new fuzz.Pack() {
            @Override
            public Database database(String... files) {
                return pack.database(files);
            }

            @Override
            public Routes start(Map<String, String> settings, String... files) {
                return pack.start(settings, files);
            }
        };
    }
}
