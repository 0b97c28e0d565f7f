package faults;

import java.util.List;

import harness.RouteProcess;
import harness.TcpProxy;

/**
 * A process of the example with a network of its own to its servers.
 *
 * @param name     as PostgreSQL knows its sessions: their application_name
 * @param kind     what it runs: relay, bank-a, bank-b or notifier
 * @param jobs     what it must be seen doing when it is healthy, see {@link Witness}
 * @param process  the process
 * @param database the way to PostgreSQL
 * @param broker   the way to Kafka
 */
record Member(String name, String kind, List<String> jobs, RouteProcess process, TcpProxy database, TcpProxy broker) {
}
