package org.datacapsule.agent.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.common.config.SettingsReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = "Prints every setting, with its meaning and default, as a Markdown table.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(SettingsReference.of(AgentConfig::from));
        out.flush();
        return 0;
    }
}
