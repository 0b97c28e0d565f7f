/** One of the measurements. */
interface Scenario {

    /** @param results takes the figures, not null */
    void run(Results results) throws Exception;
}
