package org.datacapsule.agent.cli;

import java.nio.file.Path;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import picocli.CommandLine.Option;

/** The option every command that needs the configuration has. */
final class ConfigFile {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the agent's configuration, such as /etc/datacapsule/agent.yaml")
    private Path file = Path.of("");

    AgentConfig read() throws ConfigException {
        Settings settings = Settings.load(file, System.getenv());
        return AgentConfig.from(settings.above(IdentityConfig.from(settings).settings()));
    }
}
