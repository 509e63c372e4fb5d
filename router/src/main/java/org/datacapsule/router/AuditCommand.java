package org.datacapsule.router;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.audit.AuditChain;
import org.datacapsule.router.database.Database;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code datacapsule-router audit …}: what an auditor does without a running router. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Looks after the audit log.",
        subcommands = AuditCommand.Verify.class)
final class AuditCommand {

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Follows the hash chain of the audit log from its first row to its last.",
                "Keep the head it prints in another place: only --expect tells that a chain was made anew as a whole."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the chain is whole", "1:it is not; the first bad row is named"})
    static final class Verify implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The router's YAML file.")
        private Path file = Path.of("");

        @Option(
                names = "--expect",
                paramLabel = "POSITION:HASH",
                description = "A head printed before; the chain must still go through it.")
        private Optional<String> expected = Optional.empty();

        @Override
        public Integer call() throws Exception {
            RouterConfig config = RouterConfig.from(Settings.load(file, System.getenv()));
            Vertx vertx = Vertx.vertx();
            try (Database database = Database.open(vertx, config.database())) {
                return print(new AuditChain(database).verify(expected.map(AuditChain.Head::parse)));
            } finally {
                vertx.close().toCompletionStage().toCompletableFuture().join();
            }
        }

        private static int print(AuditChain.Report report) {
            if (report.fault().isPresent()) {
                System.out.println("NOT WHOLE: " + report.fault().get());
                System.out.println("whole up to " + report.head());
                return 1;
            }
            System.out.println("whole: " + report.head().position() + " rows, head " + report.head());
            System.out.println("waiting for their place: " + report.waiting());
            return 0;
        }
    }
}
