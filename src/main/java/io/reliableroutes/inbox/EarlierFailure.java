package io.reliableroutes.inbox;

/** Why a message is given up that has failed in an earlier delivery, perhaps in another process: of its exception only this is left. */
public final class EarlierFailure extends Exception {

    private static final long serialVersionUID = 1;

    private final String errorClass;
    private final boolean permanent;

    /**
     * @param errorClass name of the exception's class, not null
     * @param message    of the exception, null if it had none
     * @param permanent  true if no further attempt can help
     */
    public EarlierFailure(String errorClass, String message, boolean permanent) {
        super(message);
        this.errorClass = errorClass;
        this.permanent = permanent;
    }

    String errorClass() {
        return errorClass;
    }

    boolean isPermanent() {
        return permanent;
    }
}
