/** Half messages: what producers prepare, decide and are asked about over HTTP. It may use outbox and support. */
package io.reliableroutes.half;
