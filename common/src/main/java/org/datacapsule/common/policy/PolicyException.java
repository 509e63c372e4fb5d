package org.datacapsule.common.policy;

/** A policy file that cannot be trusted to say what its author meant. The message names file, line and mistake. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    public PolicyException(String file, int line, String mistake) {
        super(file + ":" + line + ": " + mistake);
    }
}
