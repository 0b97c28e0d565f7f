package io.reliableroutes.support;

import org.apache.camel.CamelContext;

/**
 * Whether a context is checked when it starts. Camel only warns of a plug-in that fails, and goes on without what it would have refused: so
 * what every application uses asks here.
 */
public final class StartCheck {

    private final Throwable failure;

    private StartCheck(Throwable failure) {
        this.failure = failure;
    }

    /** From now on the context does not start without having been checked. */
    public static void installed(CamelContext context) {
        context.getCamelContextExtension().addContextPlugin(StartCheck.class, new StartCheck(null));
    }

    /** @param failure why the context could not be given its check, not null */
    public static void failed(CamelContext context, Throwable failure) {
        context.getCamelContextExtension().addContextPlugin(StartCheck.class, new StartCheck(failure));
    }

    public static boolean isInstalled(CamelContext context) {
        StartCheck check = context.getCamelContextExtension().getContextPlugin(StartCheck.class);
        return check != null && check.failure == null;
    }

    /** @throws ConfigurationException if the context starts unchecked */
    public static void require(CamelContext context) {
        if (!isInstalled(context)) {
            StartCheck check = context.getCamelContextExtension().getContextPlugin(StartCheck.class);
            throw new ConfigurationException("the start-up check of Reliable Routes is not in this Camel context (" + (check == null
                    ? "its plug-in was not found" : reason(check.failure)) + "): what loses or doubles messages would not be refused. Mend that, or bind "
                    + "the bean vocabulary as application.properties does, before the routes are added.");
        }
    }

    private static String reason(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        return FailureText.message(last, 500);
    }
}
