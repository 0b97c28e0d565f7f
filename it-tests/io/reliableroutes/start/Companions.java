package io.reliableroutes.start;

import java.util.ArrayList;
import java.util.List;

import io.reliableroutes.saga.Sagas;

/** For tests of other packages: what is made with a receiver, a relay or a saga. */
public final class Companions {

    private Companions() {
    }

    /** @return templates, with what is made with these; none for one that has none */
    public static List<String> of(String template) {
        List<String> all = new ArrayList<>();
        for (String companion : template.equals("saga") ? Sagas.COMPANIONS : CompanionRoutes.COMPANIONS.getOrDefault(template, List.of())) {
            all.add(companion);
            all.addAll(of(companion));
        }
        return all;
    }
}
