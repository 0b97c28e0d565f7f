package databases;

import java.util.List;

import harness.Database;
import harness.Page;
import harness.Servers;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The statements of docs/security.md, in a database of bank A that has another name. */
class SecurityPageIT {

    private final Database bankA = Servers.database("schema.sql", "example-bank-a.sql", "roles.sql");

    @Test
    void loginsOfThePageHaveTheirRightsAndNoOthers() {
        List<String> statements = Page.of("docs/security.md").found("(?s)```sql\n(.*?)```");
        assertThat(statements).hasSize(1);

        bankA.update(statements.get(0).replace("DATABASE bank_a ", "DATABASE " + bankA.url().replaceFirst(".*/", "") + " "));

        assertThat(may("bank_a_api", "account", "UPDATE") && may("bank_a_api", "inbox_message", "INSERT") && may("bank_a_api", "outbox_message", "INSERT")).isTrue();
        assertThat(may("bank_a_relay", "outbox_message", "DELETE")).isTrue();
        assertThat(may("bank_a_relay", "account", "SELECT") || may("bank_a_api", "outbox_message", "DELETE") || may("bank_a_api", "account", "DELETE")).isFalse();
        assertThat(bankA.value("SELECT has_database_privilege('public', current_database(), 'CONNECT')")).isEqualTo(false);
    }

    private boolean may(String role, String table, String right) {
        return (Boolean) bankA.value("SELECT has_table_privilege(?, ?, ?)", role, table, right);
    }
}
