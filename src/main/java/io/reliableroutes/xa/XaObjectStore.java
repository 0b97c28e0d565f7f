package io.reliableroutes.xa;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.ShadowNoFileLockStore;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.ats.internal.arjuna.objectstore.jdbc.JDBCStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.reliableroutes.database.PostgresPool;
import io.reliableroutes.support.ConfigurationException;
import org.postgresql.Driver;

/** Where Narayana logs its decisions. A directory belongs to one process at a time; a JDBC store has tables of the node's own. */
final class XaObjectStore implements AutoCloseable {

    private static final String EXAMPLE = " Set it to a directory that survives restarts, file:/var/lib/reliable-routes, or to a JDBC URL.";
    private static final int POOL_SIZE = 20;

    private final FileChannel lock;
    private final AgroalDataSource database;

    private XaObjectStore(FileChannel lock, AgroalDataSource database) {
        this.lock = lock;
        this.database = database;
    }

    static XaObjectStore open(String setting, String nodeIdentifier) {
        if (setting.startsWith("jdbc:")) {
            return openDatabase(setting, nodeIdentifier);
        }
        String kind = setting.replaceFirst(":.*", "");
        String directory = setting.replaceFirst("^[a-z]+:", "");
        if (!setting.matches("(file|journal):.+") || directory.contains("PutObjectStoreDirHere")) {
            throw new ConfigurationException("xa.object-store (" + setting + ") names no directory and no database: after a crash nobody would "
                    + "know which prepared transactions to commit." + EXAMPLE);
        }
        Path path = Path.of(directory).toAbsolutePath();
        FileChannel lock = lock(setting, path);
        each(bean -> {
            bean.setObjectStoreType(ShadowNoFileLockStore.class.getName());
            bean.setObjectStoreDir(path.toString());
        });
        if (kind.equals("journal")) {
            useJournal(setting, path);
        }
        return new XaObjectStore(lock, null);
    }

    private static FileChannel lock(String setting, Path directory) {
        FileChannel channel;
        try {
            channel = FileChannel.open(Files.createDirectories(directory).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new ConfigurationException("xa.object-store (" + setting + ") cannot be written: " + e + ". No decision could be logged." + EXAMPLE);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException | IOException e) {
            // held by another context of this JVM, or on a file system without locks
        }
        throw new ConfigurationException("xa.object-store (" + setting + ") is in use by another live process: each would recover the other's "
                + "transactions. Give each process a directory of its own.");
    }

    private static void useJournal(String setting, Path directory) {
        try {
            HornetqJournalEnvironmentBean journal = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
            journal.setStoreDir(directory.toString());
            journal.setAsyncIO(false);
            Class.forName("org.apache.activemq.artemis.core.journal.Journal");
        } catch (ClassNotFoundException e) {
            throw new ConfigurationException("xa.object-store (" + setting + ") needs Artemis' journal, which is not on the class path: no "
                    + "decision could be logged. Add org.apache.artemis:artemis-journal, or use file:.");
        }
        // the decisions only: the other stores would make a journal of their own in the working directory
        BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class).setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
    }

    private static XaObjectStore openDatabase(String url, String nodeIdentifier) {
        AgroalDataSource database = null;
        try {
            database = AgroalDataSource.from(PostgresPool.of(url, Driver.class, POOL_SIZE));
            database.getConnection().close();
        } catch (SQLException e) {
            if (database != null) {
                database.close();
            }
            throw new ConfigurationException("xa.object-store (" + url.replaceFirst("\\?.*", "") + ") cannot be reached: " + e.getMessage()
                    + ". No decision could be logged. Start the database, or correct the URL.");
        }
        AgroalDataSource store = database;
        each(bean -> {
            bean.setObjectStoreType(JDBCStore.class.getName());
            bean.setJdbcDataSource(store);
            // PostgreSQL folds case, and not every character may be in a name
            bean.setTablePrefix("xa_" + nodeIdentifier.replaceAll("[^A-Za-z0-9]", "_") + "_" + Integer.toHexString(nodeIdentifier.hashCode()) + "_");
        });
        return new XaObjectStore(null, store);
    }

    /** Narayana has three stores: of decisions, of states and of remote communication. */
    private static void each(java.util.function.Consumer<ObjectStoreEnvironmentBean> setting) {
        for (String store : new String[] {null, "stateStore", "communicationStore"}) {
            setting.accept(BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store));
        }
    }

    @Override
    public void close() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            // the lock ends with the process
        }
        if (database != null) {
            database.close();
        }
    }
}
