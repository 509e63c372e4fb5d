package org.datacapsule.agent.cli;

import java.nio.file.Path;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.common.id.Sha256;

/** What the commands of the command line set going. */
public interface Programs {

    /** Runs the agent until the process is told to end. */
    void serve(AgentConfig config) throws Exception;

    /** Copies an image file into the host's cache, verified; answers what it is named by. */
    Sha256 addImage(AgentConfig config, Path file) throws Exception;

    /** Has the running agent do what a script asks for; does it here when none runs. */
    LocalAnswer script(AgentConfig config, LocalRequest request) throws Exception;
}
