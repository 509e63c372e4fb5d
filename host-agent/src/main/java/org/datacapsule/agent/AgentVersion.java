package org.datacapsule.agent;

import java.util.Objects;

final class AgentVersion {

    private AgentVersion() {}

    /** From the jar's manifest. */
    static String text() {
        return Objects.requireNonNullElse(AgentVersion.class.getPackage().getImplementationVersion(), "development");
    }
}
