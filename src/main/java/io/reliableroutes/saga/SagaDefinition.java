package io.reliableroutes.saga;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.Settings;

/**
 * A saga as its {@code templatedRoute} defines it.
 *
 * @param name       of the saga, not null
 * @param dataSource bean name of the data source with the tables of its sagas, not null
 * @param steps      the destinations of its commands by the names of its steps, in their order, not null
 * @param model      {@code SAGA}, or {@code TCC}: its steps are tried, and then all confirmed or all cancelled; not null
 * @param pivot      number of the step that cannot be undone, from 1; null if each can be, as in TCC
 * @param timeout    how long an answer may take before its step is taken for refused, milliseconds
 */
record SagaDefinition(String name, String dataSource, Map<String, String> steps, String model, Integer pivot, long timeout) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Pattern STEP = Pattern.compile("([A-Za-z0-9._-]{1,100})(!?) *: *([A-Za-z0-9._-]{1,200})");
    private static final int MOST_STEPS = 100;

    /**
     * @param  parameters             of the templatedRoute, without placeholders, not null
     * @return                        what they define, not null
     * @throws ConfigurationException for the first of them that defines nothing
     */
    static SagaDefinition of(Map<String, String> parameters) {
        String name = parameters.getOrDefault("sagaName", "");
        if (!NAME.matcher(name).matches()) {
            throw new ConfigurationException("sagaName (" + name + ") is no name of 1 to 100 letters, digits, dots, hyphens and underscores: its "
                    + "sagas could not be stored. Give it one.");
        }
        Map<String, String> steps = new LinkedHashMap<>();
        Integer pivot = null;
        for (String text : parameters.getOrDefault("sagaSteps", "").trim().split("\\s*,\\s*")) {
            Matcher step = STEP.matcher(text);
            if (!step.matches() || steps.put(step.group(1), step.group(3)) != null) {
                throw refused(name, "sagaSteps", text, "is no step, or the second of its name: nobody would know what to send. Write name:destination, and name!:destination for "
                        + "the one that cannot be undone, with commas between them");
            }
            if (!step.group(2).isEmpty()) {
                if (pivot != null) {
                    throw refused(name, "sagaSteps", text, "is the second that is marked as one that cannot be undone: when the first is done, the saga only goes forward. "
                            + "Mark that one alone");
                }
                pivot = steps.size();
            }
        }
        String model = parameters.getOrDefault("sagaModel", "");
        if (!model.equals("SAGA") && !model.equals("TCC")) {
            throw refused(name, "sagaModel", model, "is neither SAGA nor TCC: nobody would know what participants are asked for. Write one of the two");
        }
        if (pivot != null && model.equals("TCC")) {
            throw refused(name, "sagaSteps", parameters.get("sagaSteps"), "marks a step that cannot be undone, and in TCC each is tried first and can be cancelled. Take the ! away, or make "
                    + "it a saga");
        }
        if (steps.size() > MOST_STEPS) {
            throw refused(name, "sagaSteps", steps.size() + " steps", "are more than " + MOST_STEPS + ": each saga stores them all. Divide the saga");
        }
        String text = parameters.getOrDefault("sagaStepTimeout", "");
        Long timeout = Settings.duration(text);
        if (timeout == null || timeout < 1) {
            throw refused(name, "sagaStepTimeout", text, "is no duration of more than 0: each step would be undone before it is answered. Write for example 5m");
        }
        return new SagaDefinition(name, parameters.get("sagaDataSource"), steps, model, pivot, timeout);
    }

    private static ConfigurationException refused(String saga, String parameter, String value, String problem) {
        return new ConfigurationException("saga " + saga + ": " + parameter + " (" + value + ") " + problem + ".");
    }

    /** As the table saga has them. */
    String stepsAsJson() {
        List<Map<String, String>> list = new ArrayList<>();
        steps.forEach((step, destination) -> list.add(Map.of("name", step, "destination", destination)));
        try {
            return JSON.writeValueAsString(list);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
