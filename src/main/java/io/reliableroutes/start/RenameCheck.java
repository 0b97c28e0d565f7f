package io.reliableroutes.start;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;

import io.reliableroutes.support.FailureText;
import io.reliableroutes.support.SqlFile;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names receivers that their database has never seen while it has rows of others: a renamed one would take every message for a new one. Refuses nothing. */
final class RenameCheck {

    private static final Logger LOG = LoggerFactory.getLogger(RenameCheck.class);

    private final ModelCamelContext context;

    RenameCheck(ModelCamelContext context) {
        this.context = context;
    }

    void check() {
        Map<String, Set<String>> consumers = new TreeMap<>();
        for (RouteDefinition route : context.getRouteDefinitions()) {
            Map<String, Object> parameters = route.getTemplateParameters();
            if (parameters != null && parameters.get("inboxConsumer") != null && parameters.get("inboxDataSource") != null) {
                consumers.computeIfAbsent(resolved(parameters.get("inboxDataSource")), name -> new TreeSet<>()).add(resolved(parameters.get("inboxConsumer")));
            }
        }
        consumers.forEach((dataSource, names) -> names.stream().filter(name -> !name.startsWith("alert-")).forEach(name -> check(dataSource, name, names)));
    }

    private void check(String dataSource, String consumer, Set<String> all) {
        try (Connection connection = context.getRegistry().lookupByNameAndType(dataSource, DataSource.class).getConnection();
                PreparedStatement statement = connection.prepareStatement(SqlFile.load(context, "list-other-consumers.sql"))) {
            statement.setArray(1, connection.createArrayOf("text", all.toArray()));
            statement.setString(2, consumer);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getString(1) != null) {
                    LOG.warn("consumer {} is new to data source {}, which has rows of consumers that this process does not run: {}. If it is one of them "
                            + "renamed, it takes every message for a new one, and what is parked for the old name waits. Stop it and give the rows the "
                            + "new name, see docs/operations.md.", consumer, dataSource, row.getString(1));
                }
            }
        } catch (SQLException e) {
            LOG.warn("Nobody could look whether consumer {} was renamed: {}", consumer, FailureText.message(e, 1000));
        }
    }

    private String resolved(Object parameter) {
        return context.resolvePropertyPlaceholders(parameter.toString());
    }
}
