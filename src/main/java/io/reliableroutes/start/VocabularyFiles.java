package io.reliableroutes.start;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Route templates and route configurations of the pack, as they are in its jar; Kamelets are found by their name. */
final class VocabularyFiles {

    /** The names of the templates are among these, too. */
    static final List<String> STEMS = List.of("outbox-relay", "outbox-retry", "outbox-policy",
            "inbox", "inbox-batch", "inbox-list", "inbox-single", "inbox-policy", "inbox-jms", "inbox-jms-batch", "inbox-jms-policy", "inbox-retry", "inbox-retry-batch", "inbox-retry-single", "inbox-retry-policy",
            "half-check-back", "saga", "saga-http-participant", "saga-timeout", "dead-letter-alert", "standstill", "retention", "housekeeping-policy");

    private final Map<String, byte[]> contents = new LinkedHashMap<>();

    private VocabularyFiles() {
    }

    /** @throws IOException if one of them is not on the class path, or cannot be read */
    static VocabularyFiles find(CamelContext context) throws IOException {
        VocabularyFiles files = new VocabularyFiles();
        for (String stem : STEMS) {
            String name = "camel/" + stem + ".camel.yaml";
            try (InputStream content = open(context, name)) {
                files.contents.put(name, content.readAllBytes());
            }
        }
        return files;
    }

    /** The one beside this class, whatever else has its name on the class path. */
    private static InputStream open(CamelContext context, String name) throws IOException {
        String self = VocabularyFiles.class.getName().replace('.', '/') + ".class";
        URL here = VocabularyFiles.class.getClassLoader().getResource(self);
        if (here != null) {
            String wanted = here.toString().replace(self, name);
            for (URL found : Collections.list(context.getClassResolver().loadAllResourcesAsURL(name))) {
                if (found.toString().equals(wanted)) {
                    return found.openStream();
                }
            }
        }
        return PluginHelper.getResourceLoader(context).resolveResource("classpath:" + name).getInputStream();
    }

    /** To be loaded. */
    List<Resource> resources() {
        return contents.entrySet().stream().map(file -> ResourceHelper.fromBytes("classpath:" + file.getKey(), file.getValue())).toList();
    }

    /** Whether it is one of these: it has the name and the content of one. A user's own file may have the name. */
    boolean contain(Resource resource) {
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            if (resource.getLocation().endsWith("/" + file.getKey())) {
                try (InputStream content = resource.getInputStream()) {
                    return Arrays.equals(content.readAllBytes(), file.getValue());
                } catch (IOException e) {
                    // whoever loads it will say so
                    return false;
                }
            }
        }
        return false;
    }
}
