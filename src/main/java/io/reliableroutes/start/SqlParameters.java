package io.reliableroutes.start;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.Endpoint;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.sql.SqlEndpoint;
import org.apache.camel.component.sql.SqlHelper;

/**
 * Counts the named parameters of each query once. Camel would ask the server for their number before each execution, which is a second round trip
 * ({@code SqlProducer.populateStatement}). A route that says {@code parametersCount} itself, or gives a list to {@code :#in:}, is left alone.
 */
final class SqlParameters {

    /** As DefaultSqlPrepareStatementStrategy finds them, after it has made ? of #. */
    private static final Pattern NAMED = Pattern.compile(":\\?(in:)?(\\w+|\\$\\{|\\$simple\\{)");

    private SqlParameters() {
    }

    /** @param endpoint that was made, of any component, not null */
    static void count(Endpoint endpoint) {
        if (endpoint instanceof SqlEndpoint sql && sql.getParametersCount() == 0 && sql.isAllowNamedParameters() && !sql.isUseMessageBodyForSql()) {
            try {
                String query = SqlHelper.resolveQuery(sql.getCamelContext(), sql.getQuery(), sql.isUsePlaceholder() ? sql.getPlaceholder() : null);
                int count = 0;
                for (Matcher named = NAMED.matcher(query); named.find(); count++) {
                    if (named.group(1) != null) {
                        return;
                    }
                }
                sql.setParametersCount(count);
            } catch (IOException | NoTypeConversionAvailableException e) {
                throw new RuntimeCamelException(e);
            }
        }
    }
}
