package io.reliableroutes.database;

import javax.sql.XADataSource;

import org.jboss.tm.XAResourceRecoveryRegistry;

/** A transaction manager whose transactions span several databases: what a pool needs for its connections to be branches of them. */
public interface DistributedTransactions {

    /** @return the class of data sources whose connections are branches, with a constructor without parameters; not null */
    Class<? extends XADataSource> branches();

    /** @return where a pool says how its database is asked for what is prepared there, not null */
    XAResourceRecoveryRegistry recoveryRegistry();
}
