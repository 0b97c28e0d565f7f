package io.reliableroutes.support;

/**
 * A configuration that would lose or double messages. The message tells the value, what is wrong with it, what would happen and
 * what to do; there is no stack trace, for the cause is in the settings and not in the code.
 */
public class ConfigurationException extends RuntimeException {

    /** @param message value, problem, consequence, fix; not null; secrets of its addresses are left out */
    public ConfigurationException(String message) {
        super(PublicText.of(message), null, false, false);
    }
}
