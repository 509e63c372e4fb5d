package org.datacapsule.agent.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "image",
        description = "Works on this host's image cache.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class ImageCommand {
    private final Programs programs;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ImageCommand(Programs programs) {
        this.programs = programs;
    }

    @Command(
            name = "add",
            description = "Copies an image into the cache and prints its sha256, by which it is known everywhere.",
            mixinStandardHelpOptions = true)
    int add(@Parameters(paramLabel = "FILE", description = "the image, qcow2") Path file, @Mixin ConfigFile config)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.println(programs.addImage(config.read(), file));
        out.flush();
        return 0;
    }
}
