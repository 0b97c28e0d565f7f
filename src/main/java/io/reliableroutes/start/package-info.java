/** What happens when a context starts: the vocabulary is made known, and the configuration is checked. It may use all other packages, and none uses it. */
package io.reliableroutes.start;
