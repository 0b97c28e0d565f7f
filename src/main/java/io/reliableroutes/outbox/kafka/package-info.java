/** The way of an outbox to Kafka: a producer that stops at its first failure, and which topics take records. It may use kafka and support. */
package io.reliableroutes.outbox.kafka;
