package format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import harness.Java;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

/** Each package uses only those that are below it: in one table what the package-info.java of each says. */
class PackagesDependOneWayTest {

    private static final String PACK = "io.reliableroutes";

    /** By package, which others it may use. All may use the root. */
    private static final Map<String, Set<String>> USES = Map.ofEntries(
            Map.entry(".start", Set.of(".operate", ".half", ".saga", ".jms", ".xa", ".inbox", ".outbox", ".outbox.kafka", ".kafka", ".database", ".support", "")),
            Map.entry(".operate", Set.of(".support", "")),
            Map.entry(".half", Set.of(".outbox", ".support", "")),
            Map.entry(".saga", Set.of(".outbox", ".outbox.kafka", ".support", "")),
            Map.entry(".jms", Set.of(".xa", ".inbox", ".kafka", ".database", ".support", "")),
            Map.entry(".xa", Set.of(".database", ".support", "")),
            Map.entry(".inbox", Set.of(".kafka", ".database", ".support", "")),
            Map.entry(".outbox", Set.of(".outbox.kafka", ".kafka", ".database", ".support", "")),
            Map.entry(".outbox.kafka", Set.of(".kafka", ".support", "")),
            Map.entry(".kafka", Set.of(".support", "")),
            Map.entry(".database", Set.of(".support", "")),
            Map.entry(".support", Set.of("")),
            Map.entry("", Set.of()));

    private static final Pattern CLASS = Pattern.compile("\\bio\\.reliableroutes((?:\\.[a-z]+)*)\\.[A-Z]\\w*");

    @Test
    void classesUseOnlyWhatIsBelowThem() {
        LayeredArchitecture layers = layeredArchitecture().consideringOnlyDependenciesInLayers().ensureAllClassesAreContainedInArchitecture();
        for (String name : USES.keySet()) {
            layers = layers.layer(PACK + name).definedBy(PACK + name);
        }
        for (String name : USES.keySet()) {
            String[] below = USES.get(name).stream().map(PACK::concat).toArray(String[]::new);
            layers = below.length == 0 ? layers.whereLayer(PACK + name).mayNotAccessAnyLayer() : layers.whereLayer(PACK + name).mayOnlyAccessLayers(below);
        }
        layers.check(new ClassFileImporter().importPath(Java.target().resolve("classes")));
    }

    /** The compiler copies constants, and leaves out what only a comment or a text names. */
    @Test
    void sourcesNameOnlyWhatIsBelowThem() throws IOException {
        Set<String> problems = new TreeSet<>();
        Path sources = Java.root().resolve("src/main/java/io/reliableroutes");
        for (Path file : sources(sources)) {
            String name = sources.relativize(file).getParent() == null ? "" : "." + sources.relativize(file).getParent().toString().replace('/', '.');
            Matcher named = CLASS.matcher(Files.readString(file));
            while (named.find()) {
                if (!named.group(1).equals(name) && !USES.get(name).contains(named.group(1))) {
                    problems.add(sources.relativize(file) + " names " + named.group() + ", which is not below it: move one of them, or what both need");
                }
            }
        }
        assertThat(problems).as("names of classes above, or beside").isEmpty();
    }

    /** Quarkus puts its own few classes of Spring in place of Spring's jars, those that the Camel extensions of one application use. */
    @Test
    void nothingButJmsAndSpringItselfUsesClassesOfSpring() {
        noClasses().that().resideOutsideOfPackage(PACK + ".jms").and().doNotHaveSimpleName("SpringSettings")
                .should().dependOnClassesThat().resideInAPackage("org.springframework..")
                .check(new ClassFileImporter().importPath(Java.target().resolve("classes")));
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(50);
            return sources;
        }
    }
}
