package io.reliableroutes.support;

import java.io.IOException;

import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.IOHelper;

/** The statements that Java runs itself, from the same folder as those of the routes. */
public final class SqlFile {

    private SqlFile() {
    }

    /**
     * @param  name                   of the file, for example {@code check-schema.sql}
     * @return                        the statement in the dialect {@code sql.dialect}, not null
     * @throws ConfigurationException if the dialect has no such file
     */
    public static String load(CamelContext context, String name) {
        String dialect = Settings.text(context, "sql.dialect");
        try {
            return IOHelper.loadText(ResourceHelper.resolveMandatoryResourceAsInputStream(context, "classpath:sql/" + dialect + "/" + name));
        } catch (IOException e) {
            throw new ConfigurationException("sql.dialect (" + dialect + ") has no " + name + ": nothing could be stored. "
                    + "Set sql.dialect=postgresql.");
        }
    }
}
