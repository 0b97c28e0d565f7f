package databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import harness.Database;
import harness.Java;
import harness.ReceivingBank;
import harness.RouteProcess;
import harness.Routes;
import harness.Servers;
import io.reliableroutes.support.ConfigurationException;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** A database that is not what the routes need is named at start, with what is wrong. */
class DatabaseIsLookedAtIT {

    private static final String[] FILES = {"bank-b-credit-transfer.camel.yaml", "bank-b-book-credit.camel.yaml"};
    private final ReceivingBank bank = new ReceivingBank();
    @TempDir
    private Path folder;

    @Test
    void columnOfAnotherTypeAndMissingOnesAreNamed() {
        bank.database.update("ALTER TABLE outbox_sent ALTER COLUMN headers TYPE text");
        assertRefused(" has no column outbox_sent.headers of type jsonb: messages could not be stored. Apply sql/postgresql/schema.sql to this database.");

        bank.database.update("ALTER TABLE inbox_position DROP COLUMN era CASCADE");
        assertRefused(" has no column inbox_position.era of type bigint: messages could not be stored.");
    }

    /** Each table, column, unique index and function that schema.sql makes, taken away alone. */
    @Test
    void everythingThatTheSchemaMakesIsMissed() throws SQLException, IOException {
        String check = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/check-schema.sql"));
        List<Map<String, Object>> parts = Servers.database("schema.sql").rows("""
                SELECT CASE c.relkind WHEN 'r' THEN 'table ' ELSE 'view ' END || c.relname AS named,
                       format('DROP %s %I CASCADE', CASE c.relkind WHEN 'r' THEN 'TABLE' ELSE 'VIEW' END, c.relname) AS takes_away
                FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                UNION ALL
                SELECT 'column ' || c.relname || '.' || a.attname || ' ', format('ALTER TABLE %I DROP COLUMN %I CASCADE', c.relname, a.attname)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                UNION ALL
                SELECT 'unique index ' || c.conname, format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', c.conrelid::regclass, c.conname)
                FROM pg_constraint c
                WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u')
                  AND c.conname NOT IN ('dead_letter_pkey', 'dead_letter_audit_pkey', 'inbox_parked_pkey', 'outbox_sent_pkey', 'outbox_shard_pkey')
                UNION ALL
                SELECT 'unique index record_is_dead_once', 'DROP INDEX record_is_dead_once'
                UNION ALL
                SELECT 'function ' || p.proname, format('DROP FUNCTION %s', p.oid::regprocedure)
                FROM pg_proc p
                WHERE p.pronamespace = 'public'::regnamespace""");
        assertThat(parts).hasSizeGreaterThan(120);

        Database database = Servers.database("schema.sql");
        try (Connection connection = database.connect(); Statement statement = connection.createStatement()) {
            assertThat(missing(statement, check)).isNull();
            connection.setAutoCommit(false);
            for (Map<String, Object> part : parts) {
                statement.execute((String) part.get("takes_away"));
                assertThat(missing(statement, check)).as("%s", part).isNotNull().startsWith((String) part.get("named"));
                connection.rollback();
            }
        }
    }

    /** Neither a fresh database nor one that has the schema already is news: what psql shows is something to look at. */
    @Test
    void schemaIsAppliedInSilence() throws SQLException, IOException {
        String schema = Files.readString(Java.root().resolve("src/main/resources/sql/postgresql/schema.sql"));
        try (Connection connection = Servers.database().connect(); Statement statement = connection.createStatement()) {
            for (String time : List.of("first", "second")) {
                statement.execute(schema);

                assertThat(warning(statement)).as(time).isNull();
            }
            statement.execute("DO $$ BEGIN RAISE NOTICE 'shown again'; END $$");
            assertThat(warning(statement)).as("from then on").isEqualTo("shown again");
        }
    }

    private static String warning(Statement statement) throws SQLException {
        return statement.getWarnings() == null ? null : statement.getWarnings().getMessage();
    }

    private static String missing(Statement statement, String check) throws SQLException {
        try (ResultSet row = statement.executeQuery(check)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    @Test
    void databaseThatCannotBeWrittenIsWaitedForAndThenRefused() {
        bank.settings.put("check.wait", "1s");
        bank.database.update("ALTER DATABASE " + name() + " SET default_transaction_read_only = on");

        assertRefused("database of bankB does not answer within check.wait (1s): it is read-only, a standby or by default_transaction_read_only. "
                + "Let the URL find the primary: name all servers, and add targetServerType=primary");
    }

    @Test
    void publishedTableWithoutReplicaIdentityIsNamed() {
        bank.database.update("CREATE PUBLICATION everything FOR ALL TABLES");
        start().close();
        bank.database.update("ALTER TABLE inbox_parked REPLICA IDENTITY NOTHING");

        assertRefused("publishes tables without a replica identity: inbox_parked (publication everything). PostgreSQL would refuse every UPDATE and "
                + "DELETE there");
    }

    @Test
    void databaseOfAnotherEncodingOrIsolationIsToldAndWorks() {
        String latin = Servers.name("latin").replace('.', '_');
        new Database(bank.database.url()).update("CREATE DATABASE " + latin + " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        Database database = new Database(bank.database.url().replaceFirst("/[^/]*$", "/" + latin)).apply("schema.sql", "example-bank-b.sql");
        database.update("ALTER DATABASE " + latin + " SET default_transaction_isolation = 'serializable'");
        ReceivingBank other = new ReceivingBank(database);

        try (RouteProcess process = RouteProcess.camelMain(folder.resolve("log"), other.settings, FILES).start().awaitStarted()) {
            assertThat(process.log()).contains("has the encoding LATIN1 and not UTF8").contains("has default_transaction_isolation serializable");
            other.request("a-1", "m-1", "t-1");
            ReceivingBank.await().untilAsserted(() -> assertThat(other.booked()).containsExactly("t-1"));
        }
    }

    private String name() {
        return bank.database.url().replaceFirst(".*/", "");
    }

    private Routes start() {
        return Routes.start(bank.settings, FILES);
    }

    private void assertRefused(String message) {
        Throwable refusal = catchThrowable(() -> start().close());

        assertThat(refusal).isNotNull();
        ConfigurationException reason = ObjectHelper.getException(ConfigurationException.class, refusal);
        assertThat(reason).as("%s", refusal).isNotNull();
        assertThat(reason.getMessage()).contains(message).endsWith(".");
    }
}
