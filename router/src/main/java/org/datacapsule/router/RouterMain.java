package org.datacapsule.router;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.config.SettingsReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program {@code datacapsule-router}. */
@Command(
        name = "datacapsule-router",
        mixinStandardHelpOptions = true,
        versionProvider = RouterMain.Version.class,
        description = "The HTTP service of datacapsule.",
        subcommands = {
            RouterMain.Serve.class,
            RouterMain.ShowConfig.class,
            TokenCommand.class,
            AuthorityCommand.class,
            AuditCommand.class,
            ReceiptCommand.class
        })
public final class RouterMain {
    private static final Logger LOG = LoggerFactory.getLogger(RouterMain.class);
    private static final int FAILED = 1;

    private RouterMain() {}

    public static void main(String[] arguments) {
        // Threads of a half-started cluster member would keep the process from ending by itself.
        System.exit(run(arguments));
    }

    /** Answers the exit status. */
    static int run(String... arguments) {
        CommandLine commandLine = new CommandLine(new RouterMain()).setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((e, line, parsed) -> {
            line.getErr().println(e instanceof ConfigException ? e.getMessage() : "datacapsule-router: " + causes(e));
            LOG.atDebug().setCause(e).log("not started");
            return FAILED;
        });
        return commandLine.execute(arguments);
    }

    private static String causes(Throwable failure) {
        StringBuilder text = new StringBuilder(failure.toString());
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            text.append("\n  because of ").append(cause);
        }
        return text.toString();
    }

    @Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs a router until it is told to end.")
    static final class Serve implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "YAML file with the settings.")
        private Path file = Path.of("");

        @Override
        public Integer call() throws Exception {
            RouterConfig config = RouterConfig.from(Settings.load(file, System.getenv()));
            RouterAssembly router = RouterAssembly.start(config);
            CountDownLatch closed = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                router.close();
                                closed.countDown();
                            },
                            "shutdown"));
            closed.await();
            return 0;
        }
    }

    @Command(name = "config", mixinStandardHelpOptions = true, description = "Prints every setting, as Markdown.")
    static final class ShowConfig implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.print(SettingsReference.of(RouterConfig::from));
            return 0;
        }
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = RouterMain.class.getPackage().getImplementationVersion();
            return new String[] {"datacapsule-router " + (version == null ? "(not packaged)" : version)};
        }
    }
}
