package databases;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import harness.Routes;
import harness.Servers;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.apache.camel.component.sql.SqlEndpoint;
import org.apache.camel.component.sql.SqlHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The database is not asked for the number of a query's parameters before each execution. */
class ParametersAreCountedOnceIT {

    private final TwoBanks banks = new TwoBanks().on(Servers.kafka());

    @ParameterizedTest
    @ValueSource(strings = {"bank-a", "bank-b"})
    void shippedQueriesHaveAsManyAsTheDatabaseSays(String bank) throws Exception {
        try (Routes routes = bank.equals("bank-a") ? banks.startA() : banks.startB(); Connection connection = (bank.equals("bank-a") ? banks.bankA() : banks.bankB()).connect()) {
            Map<String, Integer> counted = new TreeMap<>();
            for (SqlEndpoint endpoint : endpoints(routes)) {
                String query = SqlHelper.resolveQuery(routes.context(), endpoint.getQuery(), endpoint.getPlaceholder());
                assertThat(endpoint.getParametersCount()).as(query).isEqualTo(asTheDatabaseSays(connection, query));
                counted.put(endpoint.getQuery(), endpoint.getParametersCount());
            }
            assertThat(counted).hasSizeGreaterThan(5).containsEntry("classpath:sql/postgresql/bury-inbox-message.sql", 3);
        }
    }

    @Test
    void whatOnlyTheExecutionKnowsIsLeftToCamel() throws Exception {
        try (Routes routes = banks.startB()) {
            assertThat(count(routes, "SELECT 1")).isZero();
            assertThat(count(routes, "SELECT id FROM account WHERE id = #")).isZero();
            assertThat(count(routes, "SELECT id FROM account WHERE id IN (:#in:ids) AND id <> :#id")).isZero();
            assertThat(count(routes, "SELECT id FROM account WHERE id IN (:#${body}, :#$simple{header.x[a]}, :#id)")).isEqualTo(3);
            assertThat(count(routes, "SELECT id FROM account WHERE id = :#id&parametersCount=7")).isEqualTo(7);
            assertThat(count(routes, "SELECT id FROM account WHERE id = :#id&useMessageBodyForSql=true")).isZero();
        }
    }

    private static int count(Routes routes, String query) {
        return routes.context().getEndpoint("sql:" + query.replaceFirst("&", "?dataSource=#bean:bankB&") + (query.contains("&") ? "" : "?dataSource=#bean:bankB"), SqlEndpoint.class)
                .getParametersCount();
    }

    private static List<SqlEndpoint> endpoints(Routes routes) {
        return routes.context().getEndpoints().stream().filter(SqlEndpoint.class::isInstance).map(SqlEndpoint.class::cast).toList();
    }

    private static int asTheDatabaseSays(Connection connection, String query) throws SQLException {
        return connection.prepareStatement(new DefaultSqlPrepareStatementStrategy().prepareQuery(query, true, null)).getParameterMetaData().getParameterCount();
    }
}
