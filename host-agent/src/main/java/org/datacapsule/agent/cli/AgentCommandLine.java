package org.datacapsule.agent.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.error.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code datacapsule-agent} as typed. */
public final class AgentCommandLine {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCommandLine.class);

    private AgentCommandLine() {}

    @Command(
            name = "datacapsule-agent",
            description = "The daemon of a hypervisor host of datacapsule.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true)
    private static final class Root {}

    /** The command line, ready to execute; it answers the exit code. */
    public static CommandLine of(Programs programs, String version) {
        CommandLine line = new CommandLine(new Root());
        line.getCommandSpec().version("datacapsule-agent " + version);
        line.addSubcommand(new ServeCommand(programs));
        line.addSubcommand(new JoinCommand());
        line.addSubcommand(new ImageCommand(programs));
        line.addSubcommand(new ConfigCommand());
        line.addSubcommand(scripts(programs));
        line.setExecutionExceptionHandler((failure, where, parsed) -> explain(failure, where));
        return line;
    }

    /** Every script's help lists the exit codes. */
    private static CommandLine scripts(Programs programs) {
        CommandLine scripts = new CommandLine(new ScriptCommand(programs));
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put(" 0", "it is done");
        for (Refusal refusal : Refusal.values()) {
            codes.put(String.format(Locale.ROOT, "%2d", refusal.exitCode()), refusal.meaning());
        }
        scripts.getSubcommands().values().forEach(script -> {
            script.getCommandSpec()
                    .usageMessage()
                    .exitCodeListHeading("%nExit codes:%n")
                    .exitCodeList(codes);
        });
        return scripts;
    }

    private static int explain(Exception failure, CommandLine where) {
        boolean isExplained = failure instanceof ConfigException || failure instanceof ProblemException;
        if (!isExplained) {
            LOG.atError().setCause(failure).log("cannot go on");
        }
        where.getErr().println("datacapsule-agent: " + (isExplained ? failure.getMessage() : failure.toString()));
        where.getErr().flush();
        return ExitCode.SOFTWARE;
    }
}
