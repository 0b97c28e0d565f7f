/** Pools of PostgreSQL connections, and the transactions that they join. It may use support. */
package io.reliableroutes.database;
