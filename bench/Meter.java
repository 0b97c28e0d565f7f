import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.VirtualMachine;
import harness.Database;

/** What a process and its database have used since a moment. */
final class Meter {

    private final Database database;
    private final ProcessHandle process;
    private final Duration cpu;
    private final Duration cpuOfDatabase;
    private final long allocated;
    private final long walBytes;

    /**
     * @param database whose server has pg_stat_statements, not null
     * @param pid      of the process, not empty
     */
    Meter(Database database, OptionalLong pid) throws Exception {
        this.database = database;
        this.process = ProcessHandle.of(pid.getAsLong()).orElseThrow();
        database.update("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()");
        this.walBytes = Bench.walBytes(database);
        this.allocated = allocated();
        this.cpuOfDatabase = Cpu.now().of("PostgreSQL");
        this.cpu = process.info().totalCpuDuration().orElseThrow();
    }

    void tell(Results results, String who, int messages) throws Exception {
        Duration used = process.info().totalCpuDuration().orElseThrow().minus(cpu);
        Duration usedByDatabase = Cpu.now().of("PostgreSQL").minus(cpuOfDatabase);
        long bytes = allocated() - allocated;
        long wal = Bench.walBytes(database) - walBytes;
        results.add(who + ": statements", "statements a message", count("query NOT IN ('BEGIN', 'COMMIT') AND query !~ 'inbox_position$|pg_sequences|pg_stat|pg_wal'") / messages);
        results.add(who + ": transactions", "transactions a message", count("query = 'BEGIN'") / messages);
        results.add(who + ": WAL", "bytes of WAL a message", wal / (double) messages);
        results.add(who + ": CPU of its process", "µs of CPU a message", used.toNanos() / 1e3 / messages);
        results.add(who + ": CPU of PostgreSQL", "µs of CPU a message", usedByDatabase.toNanos() / 1e3 / messages);
        results.add(who + ": allocated", "bytes of heap a message", bytes / (double) messages);
    }

    private double count(String condition) {
        return ((Number) database.value("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
                + condition)).doubleValue();
    }

    /** Bytes that the threads which are alive have allocated. */
    private long allocated() throws Exception {
        VirtualMachine machine = VirtualMachine.attach(String.valueOf(process.pid()));
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()))) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            ObjectName threads = new ObjectName("java.lang:type=Threading");
            Object ids = beans.getAttribute(threads, "AllThreadIds");
            return Arrays.stream((long[]) beans.invoke(threads, "getThreadAllocatedBytes", new Object[] {ids}, new String[] {"[J"})).filter(bytes -> bytes > 0).sum();
        } catch (IOException e) {
            throw new IOException("process " + process.pid() + " does not tell what it allocates", e);
        } finally {
            machine.detach();
        }
    }
}
