package mutants;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.reliableroutes.start.ReliableRoutesPlugin;

/**
 * A deliberately broken variant of the pack.
 *
 * @param name     what is broken
 * @param scenario the provocation that shows it
 * @param caught   part of what the scenario or the configuration check says: a mutant that fails in another way is not caught
 */
record Mutant(String name, Scenario scenario, String caught, List<Edit> edits, Map<String, String> settings) {

    Mutant(String name, Scenario scenario, String caught) {
        this(name, scenario, caught, new ArrayList<>(), new LinkedHashMap<>());
    }

    Mutant edit(String file, String old, String now) {
        edits.add(new Edit(file, old, now));
        return this;
    }

    Mutant set(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    /** Starts in spite of the configuration check. */
    Mutant unchecked() {
        return edit("META-INF/services/org.apache.camel.spi.ContextServicePlugin", ReliableRoutesPlugin.class.getName(), UncheckedPlugin.class.getName());
    }

    @Override
    public String toString() {
        return name;
    }
}
