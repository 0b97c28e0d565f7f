package io.reliableroutes.half;

import io.reliableroutes.outbox.OutboxRow;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;

/** Refuses settings of half messages that contradict each other, or that would let anybody in. */
public final class HalfCheck {

    static final String HEADERS = "half.headers";
    private static final int MOST_ATTEMPTS = 10_000;
    private static final int LARGEST_BATCH = 1_000;

    private HalfCheck() {
    }

    /** @throws ConfigurationException for the first setting that is wrong */
    public static void check(CamelContext context) {
        if (((ModelCamelContext) context).getRouteDefinitions().stream().noneMatch(HalfCheck::isOurs)) {
            return;
        }
        ProducerAccess.check(context);
        CheckBackHosts.of(context);
        String order = Settings.text(context, "half.order");
        if (!order.equals("wait") && !order.equals("skip")) {
            throw new ConfigurationException("half.order (" + order + ") is neither wait nor skip: nobody would know whether a message may overtake an "
                    + "undecided one of its key. Set one of the two.");
        }
        String headers = Settings.text(context, HEADERS).trim();
        for (String name : headers.isEmpty() ? new String[0] : headers.split("\\s*,\\s*")) {
            if (!OutboxRow.isHeader(name)) {
                throw new ConfigurationException(HEADERS + " (" + name + ") is no name of a header that may travel: it could say what CloudEvents or the pack "
                        + "itself says. Write names with commas between them.");
            }
        }
        long attempts = number(context, "half.check-back.max-attempts", MOST_ATTEMPTS);
        number(context, "half.check-back.batch", LARGEST_BATCH);
        long delay = positive(context, "half.check-back.delay");
        long timeout = positive(context, "half.check-back.timeout");
        if (timeout >= delay) {
            throw new ConfigurationException("half.check-back.timeout (" + Settings.text(context, "half.check-back.timeout") + ") is not shorter than "
                    + "half.check-back.delay (" + Settings.text(context, "half.check-back.delay") + "): a producer would be asked again before it could "
                    + "answer. Shorten the one, or raise the other.");
        }
        if (Settings.duration(context, "half.retention") < Settings.duration(context, "half.check-back.first-delay") + attempts * delay) {
            throw new ConfigurationException("half.retention (" + Settings.text(context, "half.retention") + ") is shorter than a message may be asked "
                    + "about: a late decision would find nothing that refuses it. Raise it.");
        }
    }

    private static boolean isOurs(RouteDefinition route) {
        return route.getId().equals("half-messages-prepare") || route.getTemplateParameters() != null && route.getTemplateParameters().containsKey("halfDataSource");
    }

    private static long positive(CamelContext context, String setting) {
        long duration = Settings.duration(context, setting);
        if (duration < 1) {
            throw new ConfigurationException(setting + " (" + Settings.text(context, setting) + ") is no time at all: producers would be asked without a "
                    + "pause. Write for example 30s.");
        }
        return duration;
    }

    private static long number(CamelContext context, String setting, int most) {
        String text = Settings.text(context, setting).trim();
        if (!text.matches("[1-9][0-9]{0,5}") || Long.parseLong(text) > most) {
            throw new ConfigurationException(setting + " (" + text + ") is no whole number from 1 to " + most + ": nobody would know how often to ask. "
                    + "Correct it.");
        }
        return Long.parseLong(text);
    }
}
