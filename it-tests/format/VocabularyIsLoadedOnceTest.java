package format;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import harness.Java;
import harness.Routes;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An application that takes every file in {@code camel/} of its class path gets the pack's own files once, and all of a user's, whatever their names. */
class VocabularyIsLoadedOnceTest {

    private static final String MINE = """
            - route:
                id: mine
                from:
                  uri: direct:mine
                  steps:
                    - log: {message: mine}
            """;

    @TempDir
    private Path folder;
    private Start start;

    @BeforeEach
    void prepare() throws IOException {
        start = new Start(folder);
        start.settings.put("camel.main.routes-include-pattern", "classpath:camel/*.camel.yaml");
        Files.createDirectory(folder.resolve("camel"));
    }

    @Test
    void fileOfAUserMayHaveTheNameOfOneOfThePack() throws IOException {
        Files.writeString(folder.resolve("camel/inbox.camel.yaml"), MINE);

        try (Routes routes = startBehindTheFolder()) {
            assertThat(routes.context().getRoutes()).extracting(Route::getRouteId).containsExactly("mine");
            assertThat(templates(routes.context())).contains("inbox");
        }
    }

    @Test
    void copyOfAFileOfThePackIsNotLoadedAgain() throws IOException {
        Files.writeString(folder.resolve("camel/mine.camel.yaml"), MINE);
        Files.copy(Java.root().resolve("src/main/resources/camel/inbox-policy.camel.yaml"), folder.resolve("camel/inbox-policy.camel.yaml"));

        try (Routes routes = startBehindTheFolder()) {
            assertThat(routes.context().getRoutes()).extracting(Route::getRouteId).containsExactly("mine");
        }
    }

    private static List<String> templates(CamelContext context) {
        return ((ModelCamelContext) context).getRouteTemplateDefinitions().stream().map(template -> template.getId()).toList();
    }

    private Routes startBehindTheFolder() throws IOException {
        ClassLoader shipped = Thread.currentThread().getContextClassLoader();
        URL mine = folder.toUri().toURL();
        try {
            Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[] {mine}, shipped) {
                @Override
                public URL getResource(String name) {
                    URL first = findResource(name);
                    return first != null ? first : super.getResource(name);
                }
            });
            return Routes.start(start.settings);
        } finally {
            Thread.currentThread().setContextClassLoader(shipped);
        }
    }
}
