/** Sagas: their definitions, how they are started, how participants answer, and those that have only HTTP. See docs/saga.md. */
package io.reliableroutes.saga;
