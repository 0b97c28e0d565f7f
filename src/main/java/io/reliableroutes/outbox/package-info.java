/** From a business change to a record: what senders, relays and their retries need of Java. It may use outbox.kafka, kafka, database, support and the root. */
package io.reliableroutes.outbox;
