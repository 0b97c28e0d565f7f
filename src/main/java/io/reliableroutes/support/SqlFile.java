package io.reliableroutes.support;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.IOHelper;

/** The statements that Java runs itself, from the same folder as those of the routes. Each is read once. */
public final class SqlFile {

    private final Map<String, String> statements = new ConcurrentHashMap<>();

    private SqlFile() {
    }

    /**
     * @param  name                   of the file, for example {@code check-schema.sql}
     * @return                        the statement in the dialect {@code sql.dialect}, not null
     * @throws ConfigurationException if the dialect has no such file
     */
    public static String load(CamelContext context, String name) {
        String dialect = Settings.text(context, "sql.dialect");
        return PerContext.of(context, SqlFile.class, SqlFile::new).statements.computeIfAbsent(dialect + '/' + name, file -> read(context, dialect, name));
    }

    private static String read(CamelContext context, String dialect, String name) {
        try {
            return IOHelper.loadText(ResourceHelper.resolveMandatoryResourceAsInputStream(context, "classpath:sql/" + dialect + "/" + name));
        } catch (IOException e) {
            throw new ConfigurationException("sql.dialect (" + dialect + ") has no " + name + ": nothing could be stored. "
                    + "Set sql.dialect=postgresql.");
        }
    }
}
