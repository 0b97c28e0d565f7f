/** What senders and receivers alike ask of Kafka. It may use support. */
package io.reliableroutes.kafka;
