package mutants;

/**
 * One change of a shipped file.
 *
 * @param file below {@code src/main/resources}, or in {@code routes/}
 * @param old  a text that the file has exactly once
 * @param now  what stands there instead
 */
record Edit(String file, String old, String now) {

    String apply(String text) {
        int at = text.indexOf(old);
        if (at < 0 || text.indexOf(old, at + 1) >= 0) {
            throw new IllegalStateException(file + " does not have this exactly once, so there is no mutant: " + old);
        }
        return text.replace(old, now);
    }
}
