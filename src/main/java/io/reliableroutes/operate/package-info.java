/** What the routes for operators need of Java: their requests, their answers, their alerts. It may use support and the root. */
package io.reliableroutes.operate;
