package org.datacapsule.devkit;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The development kit's command line. */
@Command(
        name = "datacapsule-devkit",
        description = "What development needs beside the product.",
        mixinStandardHelpOptions = true,
        subcommands = {PostgresCommand.class, StopPostgresCommand.class})
public final class DevkitMain {

    private DevkitMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DevkitMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("error: " + failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }
}
