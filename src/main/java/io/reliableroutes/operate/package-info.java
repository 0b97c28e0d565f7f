/** What the routes for operators need of Java: their requests, their answers, their alerts. It may use support. */
package io.reliableroutes.operate;
