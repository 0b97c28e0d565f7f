/** From a business change to a record: what senders, relays and their retries need of Java. It may use outbox.kafka, kafka, database and support. */
package io.reliableroutes.outbox;
