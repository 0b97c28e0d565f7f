package io.reliableroutes.start;

import java.util.List;

/** For tests of other packages: what is made with a receiver or a relay. */
public final class Companions {

    private Companions() {
    }

    /** @return templates, none for one that has none */
    public static List<String> of(String template) {
        return CompanionRoutes.COMPANIONS.getOrDefault(template, List.of());
    }
}
