package example;

import java.util.List;
import java.util.Map;

import demo.Bank;

/** A correct end state for the tests of a checker to break: two transfers have been completed, and bank B has rejected one. */
public final class EndedTransfers {

    /** What was requested: the transfers of each account, in order. */
    public static final Map<String, List<String>> REQUESTS = Map.of("a-1", List.of("t-1", "t-2"), "a-2", List.of("t-3"));

    private EndedTransfers() {
    }

    /** New databases with transfers and ledgers; what messages leave behind is for the test to add. */
    public static Bank open() {
        Bank bank = Bank.open();
        bank.bankA().update("""
                INSERT INTO transfer (id, from_account, to_account, amount, status, reason, ended_at) VALUES
                ('t-1', 'a-1', 'b-1', 10, 'COMPLETED', NULL, now()), ('t-2', 'a-1', 'b-1', 10, 'COMPLETED', NULL, now()),
                ('t-3', 'a-2', 'nobody', 10, 'REJECTED', 'UNKNOWN_ACCOUNT', now());
                INSERT INTO ledger_entry (transfer_id, account_id, kind, amount) VALUES ('t-1', 'a-1', 'DEBIT', -10),
                ('t-2', 'a-1', 'DEBIT', -10), ('t-3', 'a-2', 'DEBIT', -10), ('t-3', 'a-2', 'REFUND', 10);
                UPDATE account SET balance = 980 WHERE id = 'a-1'
                """);
        bank.bankB().update("""
                INSERT INTO ledger_entry (transfer_id, from_account, account_id, amount) VALUES ('t-1', 'a-1', 'b-1', 10), ('t-2', 'a-1', 'b-1', 10);
                UPDATE account SET balance = 20 WHERE id = 'b-1'
                """);
        return bank;
    }
}
