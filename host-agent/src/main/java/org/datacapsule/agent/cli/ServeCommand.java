package org.datacapsule.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "serve", description = "Runs the agent of this host.", mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private final Programs programs;

    @Mixin
    private ConfigFile config = new ConfigFile();

    ServeCommand(Programs programs) {
        this.programs = programs;
    }

    @Override
    public Integer call() throws Exception {
        programs.serve(config.read());
        return 0;
    }
}
