package mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import harness.Java;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Deliberately broken variants of the pack's files are caught: a check that cannot fail would be no check. */
class MutantsIT {

    private static final Map<Scenario, String> CONTROLS = new EnumMap<>(Scenario.class);
    private static final List<String> TABLE = new ArrayList<>();

    @TempDir
    private Path folder;

    /** One of each provocation, since each check must be able to fail; or all whose provocation matches {@code -Dmutants=}, a regular expression, for example {@code .*refund.*}. */
    static List<Mutant> mutants() {
        String wanted = System.getProperty("mutants");
        if (wanted == null) {
            return List.copyOf(Mutants.all().stream().collect(Collectors.toMap(Mutant::scenario, Function.identity(), (first, next) -> first, LinkedHashMap::new)).values());
        }
        List<Mutant> mutants = Mutants.all().stream().filter(mutant -> mutant.scenario().toString().matches(wanted)).toList();
        assertThat(mutants).as("mutants whose provocation matches " + wanted).isNotEmpty();
        return mutants;
    }

    static List<Mutant> others() {
        List<Mutant> others = new ArrayList<>(Mutants.all());
        others.removeAll(mutants());
        return others;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void mutantIsCaught(Mutant mutant) throws Exception {
        assertCaught(mutant);
    }

    @Tag("soak")
    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void otherMutantIsCaught(Mutant mutant) throws Exception {
        assertCaught(mutant);
    }

    private void assertCaught(Mutant mutant) throws Exception {
        assertThat(control(mutant.scenario())).as("the shipped pack: %s", mutant.scenario()).isEqualTo("kept");

        String violation = violation(mutant.scenario(), new Pack(Files.createDirectory(folder.resolve("mutant")), mutant.edits(), mutant.settings()));

        assertThat(violation).as("the mutant: %s", mutant.scenario()).contains(mutant.caught());
        TABLE.add("| %s | %s | %s |".formatted(mutant.name(), violation.startsWith("refused: ") ? "configuration check" : mutant.scenario(),
                violation.replaceFirst("^refused: ", "").replaceAll("\\s+", " ")));
    }

    @AfterAll
    static void printTable() throws IOException {
        TABLE.addAll(0, List.of("| mutant | caught by | how |", "| --- | --- | --- |"));
        Files.write(Java.target().resolve("mutants.txt"), TABLE);
        TABLE.forEach(System.out::println);
    }

    private String control(Scenario scenario) throws Exception {
        if (!CONTROLS.containsKey(scenario)) {
            CONTROLS.put(scenario, violation(scenario, new Pack(Files.createDirectory(folder.resolve("shipped")), List.of(), Map.of())));
        }
        return CONTROLS.get(scenario);
    }

    private static String violation(Scenario scenario, Pack pack) throws Exception {
        try {
            String violation = scenario.violation(pack);
            return violation == null ? "kept" : violation;
        } catch (RuntimeException e) {
            ConfigurationException refusal = ObjectHelper.getException(ConfigurationException.class, e);
            if (refusal == null) {
                throw e;
            }
            return "refused: " + refusal.getMessage();
        }
    }
}
