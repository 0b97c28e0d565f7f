/** Transactions over several databases and other participants: their log, their recovery, and one process for each node. It may use database and support. */
package io.reliableroutes.xa;
