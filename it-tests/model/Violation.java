package model;

/** What the tables or the wire say and the model does not. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1;

    private Violation(String what) {
        super(what);
    }

    static void require(boolean holds, String violation) {
        if (!holds) {
            throw new Violation(violation);
        }
    }
}
