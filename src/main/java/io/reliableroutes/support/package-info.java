/** What every part needs: settings, texts of failures and for databases, incidents, waiting and waking. It uses no other package of the pack. */
package io.reliableroutes.support;
