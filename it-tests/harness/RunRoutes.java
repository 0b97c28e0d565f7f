package harness;

import java.util.Arrays;

import org.apache.camel.main.Main;

/** Runs route files as they are with Camel Main: {@code RunRoutes file… key=value…}; {@code profile=xa} adds that profile's settings. */
public final class RunRoutes {

    private RunRoutes() {
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(main(arguments, new Main()).getExitCode());
    }

    static Main main(String[] arguments, Main main) throws Exception {
        prepare(main, arguments).run();
        return main;
    }

    static Main prepare(Main main, String... arguments) {
        String profile = Arrays.stream(arguments).filter(a -> a.startsWith("profile=")).map(a -> a.replace("profile=", "-")).findFirst().orElse(null);
        // as Camel JBang does: what the profile says comes first
        main.setDefaultPropertyPlaceholderLocation((profile == null ? "" : "file:" + Java.root().resolve("routes/application" + profile + ".properties") + ",")
                + "file:" + Java.root().resolve("routes/application.properties"));
        String files = String.join(",", Arrays.stream(arguments).filter(a -> !a.contains("="))
                .map(a -> "file:" + Java.root().resolve(a)).toList());
        main.addOverrideProperty("camel.main.routes-include-pattern", files);
        Arrays.stream(arguments).filter(a -> a.contains("="))
                .forEach(a -> main.addOverrideProperty(a.substring(0, a.indexOf('=')), a.substring(a.indexOf('=') + 1)));
        return main;
    }
}
