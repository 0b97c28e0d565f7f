/** What users name in their own routes. It uses no other package, and every other one may use it. */
package io.reliableroutes;
