/** Sagas: their definitions, how they are started, and how participants answer. See docs/saga.md. */
package io.reliableroutes.saga;
