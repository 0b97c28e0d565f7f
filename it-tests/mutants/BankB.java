package mutants;

import java.util.List;

import harness.ReceivingBank;
import harness.Routes;

/** Bank B with the receiver and its handler, whose database does not itself refuse to book a transfer twice. */
final class BankB extends ReceivingBank {

    private final Pack pack;

    BankB(Pack pack) {
        super(pack.database("schema.sql", "example-bank-b.sql"));
        this.pack = pack;
        database.update("ALTER TABLE ledger_entry DROP CONSTRAINT transfer_is_booked_once");
        settings.put("camel.main.shutdown-timeout", "5");
        settings.put("operate.data-source", "bankB");
        settings.put("inbox.outage-delay", "100ms");
        // else the first attempt of several messages is one of them together
        settings.put("inbox.batch-size", "1");
        settings.put("inbox.immediate-delay", "50ms");
        settings.put("inbox.retry.first-delay", "200ms");
        settings.put("inbox.retry.delay", "200ms");
        settings.put("inbox.retry.poll-max-delay", "100ms");
    }

    Routes start(String... more) {
        String[] files = new String[more.length + 2];
        System.arraycopy(more, 0, files, 2, more.length);
        files[0] = "bank-b-credit-transfer.camel.yaml";
        files[1] = "bank-b-book-credit.camel.yaml";
        return pack.start(settings, files);
    }

    List<Object> parked() {
        return database.rows("SELECT message_id FROM inbox_parked ORDER BY id").stream().map(row -> row.get("message_id")).toList();
    }

    /** Those that wait behind another of their key, and none of the key is left that does not wait. */
    List<Object> stuck() {
        return database.rows("""
                SELECT f.message_id FROM inbox_parked f
                WHERE f.behind AND NOT EXISTS (SELECT 1 FROM inbox_parked h WHERE h.message_key = f.message_key AND NOT h.behind)
                ORDER BY f.id""").stream().map(row -> row.get("message_id")).toList();
    }

    List<Object> dead() {
        return database.rows("SELECT message_id FROM dead_letter ORDER BY id").stream().map(row -> row.get("message_id")).toList();
    }
}
