package mutants;

import jakarta.transaction.TransactionManager;
import org.apache.camel.jta.JtaTransactionPolicy;

/** What Camel's documentation suggests: begin, work, commit or roll back. */
public final class StockPolicy extends JtaTransactionPolicy {

    private TransactionManager transactionManager;

    public void setTransactionManager(TransactionManager transactionManager) {
        this.transactionManager = transactionManager;
    }

    @Override
    public void run(Runnable work) throws Throwable {
        transactionManager.begin();
        try {
            work.run();
        } catch (Throwable failure) {
            transactionManager.rollback();
            throw failure;
        }
        transactionManager.commit();
    }
}
