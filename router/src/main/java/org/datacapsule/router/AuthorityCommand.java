package org.datacapsule.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.router.identity.Authorities;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code datacapsule-router authority …}: what an operator does once, before the first router starts. */
@Command(
        name = "authority",
        mixinStandardHelpOptions = true,
        description = "Looks after the authorities that hosts get their certificates from.",
        subcommands = AuthorityCommand.Init.class)
final class AuthorityCommand {

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = {
                "Makes them where there are none, and prints their fingerprints.",
                "Every router needs the same directory; who has it can make hosts, so keep it as you keep passwords."
            })
    static final class Init implements Callable<Integer> {
        @Option(
                names = "--directory",
                required = true,
                paramLabel = "DIR",
                description = "What authority.directory of the routers' configuration says.")
        private Path directory = Path.of("");

        @Override
        public Integer call() throws IOException {
            if (!Files.exists(directory)) {
                Authorities.make(directory);
            }
            Authorities authorities = Authorities.read(directory);
            System.out.println(
                    "members " + Certificates.fingerprint(authorities.members().certificate()));
            System.out.println(
                    "links   " + Certificates.fingerprint(authorities.links().certificate()));
            return 0;
        }
    }
}
