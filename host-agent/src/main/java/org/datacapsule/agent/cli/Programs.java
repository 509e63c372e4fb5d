package org.datacapsule.agent.cli;

import java.nio.file.Path;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.common.id.Sha256;

/** What the commands of the command line set going. */
public interface Programs {

    /** Runs the agent until the process is told to end. */
    void serve(AgentConfig config) throws Exception;

    /** Copies an image file into the host's cache, verified; answers what it is named by. */
    Sha256 addImage(AgentConfig config, Path file) throws Exception;
}
