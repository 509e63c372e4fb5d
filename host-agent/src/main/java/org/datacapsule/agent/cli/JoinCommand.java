package org.datacapsule.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.Joining;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.join.JoinToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "join",
        description = {
            "Makes this machine a host: gets its certificates and what all hosts are told from a router.",
            "Broken off, it can be done again with the same token."
        },
        mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";
    private static final int LARGEST = 4096;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the agent's configuration; only host.name and identity.* count yet")
    private Path config = Path.of("");

    @Option(
            names = "--router",
            required = true,
            paramLabel = "URL",
            description = "a router, or what is in front of them, such as https://capsules.example.org; http will do,"
                    + " for nothing secret is sent and the answer is checked with the token")
    private URI router = URI.create("about:blank");

    @Option(
            names = "--token-file",
            defaultValue = STANDARD_INPUT,
            paramLabel = "FILE",
            description = "the token of POST /v1/hosts/join-tokens; - is standard input (default: ${DEFAULT-VALUE})")
    private String tokenFile = STANDARD_INPUT;

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.load(config, System.getenv());
        HostId host = host(settings);
        IdentityConfig identity = IdentityConfig.from(settings);
        new Joining(new IdentityFiles(identity), host).join(router, token());
        spec.commandLine()
                .getOut()
                .println("joined as " + host + "; keys and certificates are in " + identity.directory());
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static HostId host(Settings settings) throws ConfigException {
        Optional<String> name = settings.optional("host.name", "the host's name in the cluster");
        try {
            return new HostId(name.orElse(""));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("host.name must be the name that the token is for: " + e.getMessage()));
        }
    }

    private JoinToken token() throws IOException, ConfigException {
        try (InputStream in = tokenFile.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(tokenFile))) {
            return JoinToken.parse(new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("--token-file: " + e.getMessage()));
        }
    }
}
