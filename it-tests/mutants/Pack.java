package mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import harness.Database;
import harness.Java;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;

/** The pack's files as shipped, or with edits: a folder with the edited files goes before the shipped ones. */
final class Pack {

    private final Path overlay;
    private final Map<String, String> settings;

    /** @param overlay an empty folder */
    Pack(Path overlay, List<Edit> edits, Map<String, String> settings) throws IOException {
        this.overlay = overlay;
        this.settings = settings;
        for (Edit edit : edits) {
            Path edited = overlay.resolve(edit.file());
            String text = edit.apply(Files.readString(file(edit.file())));
            Files.createDirectories(edited.getParent());
            Files.writeString(edited, text);
        }
    }

    /** A new database with these files applied, for example {@code schema.sql}. */
    Database database(String... files) {
        return Servers.database(Arrays.stream(files).map(name -> file("sql/postgresql/" + name).toString()).toArray(String[]::new));
    }

    /** Starts files of {@code routes/}, or others by their absolute paths, which are no part of the pack. */
    Routes start(Map<String, String> environment, String... files) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(settings);
        ClassLoader shipped = Thread.currentThread().getContextClassLoader();
        try {
            Thread.currentThread().setContextClassLoader(new OverlayFirst(overlay.toUri().toURL(), shipped));
            return Routes.start(all, Arrays.stream(files).map(name -> file(name.startsWith("/") ? name : "routes/" + name).toString()).toArray(String[]::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            Thread.currentThread().setContextClassLoader(shipped);
        }
    }

    /** Route files in a process of their own, named from the root: what has settings for a whole JVM, as XA has. */
    RouteProcess process(Path log, Map<String, String> environment, String... files) {
        return RouteProcess.camelMain(classes() + ":" + Java.testClasspath(), log, environment, files);
    }

    /** The classes of the pack with its edited files beside them: a process takes its vocabulary from where its classes are. */
    private Path classes() {
        Path copy = overlay.resolveSibling(overlay.getFileName() + "-classes");
        try {
            for (Path from : List.of(Java.target().resolve("classes"), overlay)) {
                for (Path file : files(from)) {
                    Path to = copy.resolve(from.relativize(file).toString());
                    Files.createDirectories(to.getParent());
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private Path file(String name) {
        Path edited = overlay.resolve(name);
        Path shipped = Java.root().resolve(name.startsWith("routes/") ? name : "src/main/resources/" + name);
        return Files.exists(edited) ? edited : shipped;
    }

    private static final class OverlayFirst extends URLClassLoader {

        OverlayFirst(URL overlay, ClassLoader shipped) {
            super(new URL[] {overlay}, shipped);
        }

        @Override
        public URL getResource(String name) {
            URL edited = findResource(name);
            return edited != null ? edited : super.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return findResource(name) != null ? findResources(name) : super.getResources(name);
        }
    }
}
