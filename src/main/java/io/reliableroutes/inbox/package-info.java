/** From a record to the effect of its handler, or to a parked or dead message. It may use kafka, database and support; it knows no outbox. */
package io.reliableroutes.inbox;
