/** Queues of a JMS broker as a way into the inbox, in XA transactions. It may use xa, inbox, kafka, database and support. */
package io.reliableroutes.jms;
