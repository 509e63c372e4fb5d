package org.datacapsule.agent.cli;

import org.datacapsule.agent.local.Refusal;

/** A script was called wrongly. */
final class ScriptException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    ScriptException(Refusal refusal, String because) {
        super(because);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
