package demo;

import java.util.List;
import java.util.Map;

/** What a demo shows: what is asked of it, how that ends, and what must hold then. */
interface Example {

    /** The names of the fields that a request is known by, and that its order is kept for. */
    String id();

    String party();

    /** The service of somebody else that is called in the end. */
    String service();

    /** What routes/application.properties needs to know to find the databases. */
    Map<String, String> settings();

    /** So many requests, the same whenever the seed is the same. */
    List<Map<String, Object>> requests(int count, long seed);

    long ended();

    /** Of how many the service has been told. */
    long told();

    /** Whether nothing is under way any more. */
    boolean isDrained(int count);

    /**
     * @param requests the ids of each party, in the order of their requests
     * @param sent     what the service has done: id by Idempotency-Key
     */
    Verdict check(Map<String, List<String>> requests, Map<String, String> sent);

    /** How all ended, and where everything is, a line each. */
    List<String> report();

    /** Where the databases are, for who looks around. */
    String databases();

    /** What the checker says; its text is the last line of the demo. */
    interface Verdict {

        boolean hold();

        /** What is wrong, a line each. */
        List<String> violations();
    }
}
