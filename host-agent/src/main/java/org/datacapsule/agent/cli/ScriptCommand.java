package org.datacapsule.agent.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.datacapsule.agent.local.CapsuleView;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the scripts in {@code scripts/hypervisor} run. */
@Command(
        name = "script",
        description = "Works on this host's capsules while no router is there; see scripts/hypervisor.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class ScriptCommand {
    private final Programs programs;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ScriptCommand(Programs programs) {
        this.programs = programs;
    }

    @Command(
            name = "create",
            description = "Makes a capsule: its working directory and its disk. It does not run yet.",
            mixinStandardHelpOptions = true)
    int create(@Mixin CreateOptions options, @Mixin WorkingDirectory wdir, @Mixin ConfigFile config) throws Exception {
        return run(config, () -> options.request(wdir.absolute()));
    }

    @Command(name = "launch", description = "Starts a capsule in maintenance mode.", mixinStandardHelpOptions = true)
    int launch(
            @Mixin WorkingDirectory wdir,
            @Option(
                            names = "--mode",
                            required = true,
                            converter = ModeConverter.class,
                            paramLabel = "{maintain|secure}",
                            description = "maintain: a capsule always starts so, and is switched to secure then")
                    CapsuleMode mode,
            @Mixin PolicyOption policy,
            @Mixin LoginOptions login,
            @Mixin ConfigFile config)
            throws Exception {
        return run(config, () -> {
            if (mode != CapsuleMode.MAINTENANCE) {
                throw new ScriptException(
                        Refusal.BAD_USAGE,
                        "A capsule always starts in maintenance mode; launch it with --mode maintain, and switch it then.");
            }
            return new LocalRequest.Launch(wdir.absolute(), policy.absolute(), login.read());
        });
    }

    @Command(
            name = "query",
            description = "Prints how a capsule is, a key and its value a line.",
            mixinStandardHelpOptions = true)
    int query(@Mixin WorkingDirectory wdir, @Mixin ConfigFile config) throws Exception {
        return run(config, () -> new LocalRequest.Query(wdir.absolute()));
    }

    @Command(
            name = "switch",
            description = "Takes a running capsule into another mode.",
            mixinStandardHelpOptions = true)
    int change(
            @Mixin WorkingDirectory wdir,
            @Option(
                            names = "--mode",
                            required = true,
                            converter = ModeConverter.class,
                            paramLabel = "{maintain|secure}",
                            description = "the mode wanted")
                    CapsuleMode mode,
            @Mixin PolicyOption policy,
            @Option(
                            names = "--volume-key-file",
                            paramLabel = "FILE",
                            description = {
                                "into secure mode: file with the key of the capsule's volume, 32 bytes in base64"
                                        + " (openssl rand -base64 32); - is standard input.",
                                "The routers have the keys of volumes they made, and no host has one: without a router only"
                                        + " a volume whose key you gave yourself can be opened. Where the capsule has no"
                                        + " volume yet, it is made with this key, which nobody keeps but you."
                            })
                    Optional<String> keyFile,
            @Option(
                            names = "--volume-mb",
                            defaultValue = "10240",
                            paramLabel = "MIB",
                            description = "size of the volume, when it is made now (default: ${DEFAULT-VALUE})")
                    int volumeMb,
            @Mixin ConfigFile config)
            throws Exception {
        return run(config, () -> {
            CreateOptions.requireRange("--volume-mb", volumeMb, 16, 1 << 30);
            Optional<SecureVolume> volume = keyFile.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new SecureVolume(volumeMb, SecretFile.key(keyFile.get())));
            return new LocalRequest.Switch(wdir.absolute(), mode, policy.absolute(), volume);
        });
    }

    @Command(
            name = "stop",
            description = "Presses a capsule's power button, and cuts it off when that does not help.",
            mixinStandardHelpOptions = true)
    int stop(
            @Mixin WorkingDirectory wdir,
            @Option(
                            names = "--grace",
                            defaultValue = "60",
                            paramLabel = "SECONDS",
                            description = "what it gets to power off; 0 cuts at once (default: ${DEFAULT-VALUE})")
                    int grace,
            @Mixin ConfigFile config)
            throws Exception {
        return run(config, () -> {
            CreateOptions.requireRange("--grace", grace, 0, 3600);
            return new LocalRequest.Stop(wdir.absolute(), grace);
        });
    }

    @Command(
            name = "delete",
            description = "Ends a capsule and deletes all of its files, the secure volume too.",
            mixinStandardHelpOptions = true)
    int delete(@Mixin WorkingDirectory wdir, @Mixin ConfigFile config) throws Exception {
        return run(config, () -> new LocalRequest.Delete(wdir.absolute()));
    }

    /** The directory every command is about. */
    static final class WorkingDirectory {
        @Option(
                names = "--wdir",
                required = true,
                paramLabel = "DIR",
                description = "the capsule's working directory: capsules/UUID in the configured storage.directory")
        private Path directory = Path.of("");

        String absolute() {
            return directory.toAbsolutePath().normalize().toString();
        }
    }

    /** The policy's file, which decides nothing. */
    static final class PolicyOption {
        @Option(
                names = "--policy",
                paramLabel = "FILE",
                description =
                        "must be the file that network.policies has for the mode and the capsule's type; any other"
                                + " is refused")
        private Optional<Path> file = Optional.empty();

        Optional<String> absolute() {
            return file.map(path -> path.toAbsolutePath().normalize().toString());
        }
    }

    /** Who may get in; at a launch only where this host does not know. */
    static final class LoginOptions {
        @Option(
                names = "--loginid",
                paramLabel = "NAME",
                description = "login of a capsule that a router made: its password is with the routers only")
        private Optional<String> name = Optional.empty();

        @Option(names = "--loginpwd-file", paramLabel = "FILE", description = "its password; - is standard input")
        private Optional<String> passwordFile = Optional.empty();

        Optional<Login> read() throws ScriptException {
            if (name.isPresent() != passwordFile.isPresent()) {
                throw new ScriptException(Refusal.BAD_USAGE, "--loginid and --loginpwd-file go together.");
            }
            return name.isEmpty()
                    ? Optional.empty()
                    : Optional.of(CreateOptions.login(name.get(), passwordFile.orElseThrow()));
        }
    }

    /** The seed's two spellings. */
    static final class ModeConverter implements ITypeConverter<CapsuleMode> {
        @Override
        public CapsuleMode convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "maintain", "maintenance" -> CapsuleMode.MAINTENANCE;
                case "secure" -> CapsuleMode.SECURE;
                default -> throw new picocli.CommandLine.TypeConversionException("it is maintain or secure");
            };
        }
    }

    /** Makes a request of what was typed. */
    @FunctionalInterface
    private interface Asking {
        LocalRequest request() throws ScriptException;
    }

    private int run(ConfigFile config, Asking asking) throws Exception {
        try {
            return tell(programs.script(config.read(), asking.request()));
        } catch (ScriptException e) {
            return fail(e.refusal(), String.valueOf(e.getMessage()));
        } catch (ConfigException e) {
            return fail(Refusal.BAD_CONFIGURATION, String.valueOf(e.getMessage()));
        }
    }

    private int tell(LocalAnswer answer) {
        return switch (answer) {
            case LocalAnswer.Refused refused -> fail(refused.refusal(), refused.because());
            case LocalAnswer.Seen seen -> {
                print(seen.capsule());
                yield 0;
            }
            case LocalAnswer.Ended ended ->
                switch (ended.outcome()) {
                    case Outcome.Succeeded done -> 0;
                    case Outcome.Failed failed ->
                        fail(
                                Refusal.of(failed.problem().code()),
                                failed.problem().detail());
                };
        };
    }

    private void print(CapsuleView capsule) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("mode: " + capsule.mode().name().toLowerCase(Locale.ROOT));
        out.println("status: " + (capsule.running() ? "running" : "shutdown"));
        out.println("publicip: " + capsule.publicIp());
        out.println("sshport: " + port(capsule.sshPort()));
        out.println("vncport: " + port(capsule.vncPort()));
        out.println("vmid: " + capsule.capsule());
        out.flush();
    }

    private static String port(Optional<Integer> port) {
        return port.map(String::valueOf).orElse("unknown");
    }

    private int fail(Refusal refusal, String because) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("error: " + because);
        err.flush();
        return refusal.exitCode();
    }
}
