package org.datacapsule.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.MovedFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files from one folder to another as from host to host: real qemu-nbd and qemu-img, with TLS, on loopback. */
class TransfersTest {
    private static final MoveWatch PATIENT = new MoveWatch() {
        @Override
        public void progress(int percent) {}

        @Override
        public boolean isWanted() {
            return true;
        }
    };
    private static final int FIRST_PORT = 28_700;

    private final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(60));

    @TempDir
    private Path folder;

    private Path sent;
    private Path target;
    private Arrivals arrivals;
    private Departures departures;

    @BeforeEach
    void make() throws Exception {
        certificates(folder.resolve("tls"), "ours");
        sent = folder.resolve("sent.qcow2");
        target = folder.resolve("disk.qcow2");
        MigrationConfig config = config("tls");
        arrivals = new Arrivals(config, programs, new GuardedFiles(0));
        departures = new Departures(config, programs);
        byte[] content = new byte[3 << 20];
        new Random(7).nextBytes(content);
        try (RandomAccessFile file = new RandomAccessFile(sent.toFile(), "rw")) {
            file.write(content);
            file.seek(200L << 20);
            file.write(content, 0, 1000);
        }
    }

    @AfterEach
    void endServers() {
        arrivals.close(target);
    }

    @Test
    void aFileArrivesAsItIsAndItsHolesStayHoles() throws Exception {
        int port = arrivals.expect(target, 1);
        departures.send(sent, "127.0.0.1", port, 0, PATIENT);
        SentFile described = Departures.describe(MovedFile.DISK, sent);

        arrivals.accept(target, described, asItIs -> {});
        arrivals.accept(target, described, asItIs -> {});

        assertThat(Files.mismatch(sent, target)).isEqualTo(-1);
        String kib = programs.run(List.of("du", "-k", target.toString())).split("\t", 2)[0];
        assertThat(Integer.parseInt(kib)).isLessThan(50 << 10);
        assertThat(servers()).isEmpty();
        assertThat(names()).containsExactlyInAnyOrder("disk.qcow2", "sent.qcow2", "tls");
    }

    @Test
    void whatIsNotWhatWasSentIsNotAccepted() throws Exception {
        int port = arrivals.expect(target, 1);
        departures.send(sent, "127.0.0.1", port, 0, PATIENT);
        SentFile described = Departures.describe(MovedFile.DISK, sent);
        SentFile another = new SentFile(MovedFile.DISK, described.bytes(), new Sha256("00".repeat(32)));

        assertThatThrownBy(() -> arrivals.accept(target, another, asItIs -> {}))
                .hasMessageContaining("host.transfer-damaged");
        assertThat(target).doesNotExist();
    }

    @Test
    void whoHasNoCertificateOfOursCannotWrite() throws Exception {
        certificates(folder.resolve("strangers"), "strangers");
        int port = arrivals.expect(target, 1);

        assertThatThrownBy(
                        () -> new Departures(config("strangers"), programs).send(sent, "127.0.0.1", port, 0, PATIENT))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> programs.run(List.of("qemu-img", "info", "nbd://127.0.0.1:" + port + "/file")))
                .hasMessageContaining("qemu-img");
    }

    /** It is compared before it is changed for this host, and not again by who goes on after a crash. */
    @Test
    void aFileThatWasBeingAdaptedIsGoneOnWith() throws Exception {
        int port = arrivals.expect(target, 1);
        departures.send(sent, "127.0.0.1", port, 0, PATIENT);
        SentFile described = Departures.describe(MovedFile.DISK, sent);
        assertThatThrownBy(() -> arrivals.accept(target, described, whole -> {
                    write(whole, "half");
                    throw new IllegalStateException("killed");
                }))
                .hasMessage("killed");
        assertThat(target).doesNotExist();

        arrivals.accept(target, described, whole -> write(whole, "adapted"));

        assertThat(target).hasContent("adapted");
        assertThat(names()).containsExactlyInAnyOrder("disk.qcow2", "sent.qcow2", "tls");
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCopyThatIsNotWantedAnyMoreEnds() throws Exception {
        int port = arrivals.expect(target, 1);
        AtomicInteger looks = new AtomicInteger();

        assertThatThrownBy(() -> departures.send(sent, "127.0.0.1", port, 1, new MoveWatch() {
                    @Override
                    public void progress(int percent) {
                        looks.incrementAndGet();
                    }

                    @Override
                    public boolean isWanted() {
                        return looks.get() == 0;
                    }
                }))
                .hasMessageContaining("operation.cancelled");
    }

    @Test
    void whatIsNotExpectedAnyMoreLeavesNothing() throws Exception {
        arrivals.expect(target, 1);
        int again = arrivals.expect(target, 1);
        assertThat(servers()).hasSize(1);
        assertThat(again).isBetween(FIRST_PORT, FIRST_PORT + 40);

        arrivals.drop(target);

        assertThat(servers()).isEmpty();
        assertThat(names()).containsExactlyInAnyOrder("sent.qcow2", "tls");
    }

    @Test
    void aHostWithoutCertificatesSaysWhatIsMissing() {
        Arrivals without = new Arrivals(
                new MigrationConfig("127.0.0.1", Optional.empty(), FIRST_PORT, 40), programs, new GuardedFiles(0));

        assertThatThrownBy(() -> without.expect(target, 1)).hasMessageContaining("migration.tls-directory");
    }

    private MigrationConfig config(String tls) {
        return new MigrationConfig("127.0.0.1", Optional.of(folder.resolve(tls)), FIRST_PORT, 40);
    }

    private List<ProcessHandle> servers() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .filter(arguments -> List.of(arguments).contains(target + ".arriving"))
                        .isPresent())
                .toList();
    }

    private List<String> names() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private void certificates(Path directory, String authority) throws Exception {
        Files.createDirectory(directory);
        String key = directory.resolve("ca-key.pem").toString();
        String ca = directory.resolve("ca-cert.pem").toString();
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + authority,
                "-addext",
                "keyUsage=critical,keyCertSign",
                "-keyout",
                key,
                "-out",
                ca);
        for (String role : List.of("server", "client")) {
            String csr = directory.resolve(role + ".csr").toString();
            openssl(
                    "req",
                    "-new",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-subj",
                    "/CN=" + role,
                    "-keyout",
                    directory.resolve(role + "-key.pem").toString(),
                    "-out",
                    csr);
            Path extensions = Files.writeString(
                    directory.resolve(role + ".ext"),
                    "basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1\nkeyUsage=digitalSignature\n"
                            + "extendedKeyUsage=serverAuth,clientAuth\n");
            openssl(
                    "x509",
                    "-req",
                    "-in",
                    csr,
                    "-CA",
                    ca,
                    "-CAkey",
                    key,
                    "-CAcreateserial",
                    "-days",
                    "2",
                    "-extfile",
                    extensions.toString(),
                    "-out",
                    directory.resolve(role + "-cert.pem").toString());
        }
    }

    private void openssl(String... arguments) throws Exception {
        programs.run(Stream.concat(Stream.of("openssl"), Stream.of(arguments)).toList());
    }
}
