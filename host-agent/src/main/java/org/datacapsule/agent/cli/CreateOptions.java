package org.datacapsule.agent.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.wire.Login;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a new capsule is like. */
final class CreateOptions {
    private static final Pattern LOGIN = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = "--image",
            required = true,
            paramLabel = "FILE",
            description = "the qcow2 file the disk starts as: of the image cache, or one that is copied into it now")
    private Path image = Path.of("");

    @Option(names = "--vcpu", required = true, paramLabel = "N", description = "virtual CPUs, 1 to 64")
    private int vcpus;

    @Option(names = "--mem", required = true, paramLabel = "MIB", description = "memory, MiB, from 128")
    private int memoryMb;

    @Option(
            names = "--vnc",
            required = true,
            paramLabel = "PORT",
            description = "the host's TCP port of its screen, 5900 to 65535, for its life")
    private int vncPort;

    @Option(
            names = "--ssh",
            required = true,
            paramLabel = "PORT",
            description =
                    "the host's TCP port that leads to its port 22, 1024 to 65535, for its life; take both outside"
                            + " of the ranges that ports.* gives the routers")
    private int sshPort;

    @Option(names = "--loginid", required = true, paramLabel = "NAME", description = "the account made in it")
    private String loginId = "";

    @Option(
            names = "--loginpwd-file",
            required = true,
            paramLabel = "FILE",
            description = "the account's password, and the screen's; - is standard input. create_vm_script.sh takes"
                    + " --loginpwd PASSWORD too, as the interface was given, where all users of this host can read it")
    private String passwordFile = "";

    @Option(
            names = "--type",
            defaultValue = "RESEARCH",
            converter = TypeConverter.class,
            paramLabel = "TYPE",
            description = "DEMO, RESEARCH or RESEARCH-FULL, which decides its policies (default: ${DEFAULT-VALUE})")
    private CapsuleType type = CapsuleType.RESEARCH;

    @Option(
            names = "--disk-gb",
            defaultValue = "10",
            paramLabel = "GIB",
            description = "virtual size of its disk (default: ${DEFAULT-VALUE})")
    private int diskGb;

    /** The names the API has. */
    static final class TypeConverter implements ITypeConverter<CapsuleType> {
        @Override
        public CapsuleType convert(String text) {
            try {
                return CapsuleType.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("it is DEMO, RESEARCH or RESEARCH-FULL");
            }
        }
    }

    LocalRequest.Create request(String directory) throws ScriptException {
        requireRange("--vcpu", vcpus, 1, 64);
        requireRange("--mem", memoryMb, 128, 1 << 24);
        requireRange("--disk-gb", diskGb, 1, 65_536);
        requireRange("--vnc", vncPort, 5900, HIGHEST_PORT);
        requireRange("--ssh", sshPort, 1024, HIGHEST_PORT);
        if (sshPort == vncPort) {
            throw new ScriptException(Refusal.BAD_USAGE, "--ssh and --vnc must be two ports.");
        }
        return new LocalRequest.Create(
                directory,
                image.toAbsolutePath().normalize().toString(),
                type,
                vcpus,
                memoryMb,
                diskGb,
                sshPort,
                vncPort,
                login(loginId, passwordFile));
    }

    /** No keys: those are with the routers, which push them when they are back. */
    static Login login(String name, String passwordFile) throws ScriptException {
        if (!LOGIN.matcher(name).matches() || name.equals("root")) {
            throw new ScriptException(
                    Refusal.BAD_USAGE,
                    "--loginid must be 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or _, and not root.");
        }
        return new Login(name, SecretFile.password(passwordFile), List.of());
    }

    static void requireRange(String option, int value, int least, int most) throws ScriptException {
        if (value < least || value > most) {
            throw new ScriptException(Refusal.BAD_USAGE, option + " must be " + least + " to " + most + ": " + value);
        }
    }
}
