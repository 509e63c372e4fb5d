package org.datacapsule.router.image.inspect;

import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What {@link UnprivilegedConfinementIT} runs as another user: says a line for each thing that it tried, in the directory given. */
final class UnprivilegedLook {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final long MIB = 1 << 20;

    private final Confinement confinement;
    private final Path directory;
    private final PrintStream out;

    private UnprivilegedLook(Confinement confinement, Path directory, PrintStream out) {
        this.confinement = confinement;
        this.directory = directory;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Confinement confinement = Confinement.open()) {
            new UnprivilegedLook(confinement, Path.of(arguments[0]), out).look();
        }
    }

    private void look() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "its own, and not shown");
        out.println("id " + sh("id -u").output().strip());
        out.println("root " + String.join(",", sh("ls /").output().split("\\s+", -1)));
        out.println("secret " + sh("cat " + secret).isGood());
        out.println("mount " + sh("mount -t tmpfs none /dev").isGood());
        out.println("memory " + sh("dd if=/dev/zero of=/dev/null bs=2G count=1").isGood());
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            out.println("network "
                    + sh("exec 3<>/dev/tcp/127.0.0.1/" + server.getLocalPort()).isGood());
        }
        Path raw = disk();
        out.println("made " + made(raw, ImageFormat.RAW, 8 * MIB));
        out.println("too large " + made(raw, ImageFormat.RAW, MIB / 2));
    }

    private Path disk() throws Exception {
        Path raw = directory.resolve("disk.raw");
        try (RandomAccessFile disk = new RandomAccessFile(raw.toFile(), "rw")) {
            disk.setLength(4 * MIB);
            byte[] some = new byte[(int) MIB];
            for (int i = 0; i < some.length; i++) {
                some[i] = (byte) (i * 31 + 1);
            }
            disk.write(some);
        }
        return raw;
    }

    private String made(Path given, ImageFormat format, long mostBytes) throws Exception {
        Path made = Files.createTempFile(directory, "made", ".qcow2");
        try {
            new StandaloneImage(confinement, 1L << 30, LONG).make(given, Optional.of(format), made, mostBytes);
            return HeaderCheck.check(made, Optional.empty(), 1L << 30).wireName();
        } catch (RefusedImageException e) {
            return e.problem().code().slug();
        }
    }

    private ConfinedRun.Ended sh(String script) throws Exception {
        return confinement.run(List.of("bash", "-c", script), List.of(), 0, LONG);
    }
}
