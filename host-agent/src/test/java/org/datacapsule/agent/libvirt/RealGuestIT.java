package org.datacapsule.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.datacapsule.agent.RealHost;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.observe.Leftovers;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.Login;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real guest, from its image to nothing left. */
class RealGuestIT {
    private static final Logger LOG = LoggerFactory.getLogger(RealGuestIT.class);
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of("ssh-ed25519 AAAA alice@example"));
    private static RealHost host;
    private static Sha256 image;

    @BeforeAll
    static void start() throws Exception {
        host = new RealHost();
        host.network.ensure();
        image = host.storage.importImage(host.guestImage());
    }

    @AfterAll
    static void stop() {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void aGuestIsReachedByItsPortsAndLeavesNothing() throws Exception {
        CapsuleSpec spec = host.spec(0);
        timed("disk", () -> host.storage.createDisk(spec, image));
        launch(spec, 7);

        GuestDomain guest = host.hypervisor.find(spec.id()).orElseThrow();
        assertThat(guest.running()).isTrue();
        assertThat(guest.generation()).isEqualTo(7);
        assertThat(guest.filter()).isEqualTo("dct0-maintenance");
        assertThat(guest.hasSecureParts(host.storage.disk(spec.id()))).isFalse();
        assertThat(host.network.verify(spec, guest.filter(), guest.tap()).policy())
                .isEqualTo("maintenance");
        assertThat(host.hypervisor.all()).containsKey(spec.id());
        timed(
                "ssh answers",
                () -> await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> greeting(spec.sshPort()).startsWith("SSH-2.0-")));
        assertThat(greeting(spec.vncPort())).startsWith("RFB 003.008");
        assertThat(host.programsRun("ps", "-eo", "args"))
                .contains(spec.id().toString())
                .doesNotContain("vncPass");

        assertFilterHolds(spec);
        try (Socket open = new Socket(InetAddress.getLoopbackAddress(), spec.sshPort())) {
            assertThat(open.getInputStream().read()).isEqualTo('S');
            host.network.endSshSessions(spec);
            assertThat(greeting(spec.sshPort())).as("a new session").startsWith("SSH-2.0-");
            assertIsCut(open);
        }
        try (Socket open = new Socket(InetAddress.getLoopbackAddress(), spec.sshPort())) {
            assertThat(open.getInputStream().read()).isEqualTo('S');
            host.network.closeSsh(spec);
            assertThat(greeting(spec.sshPort())).isEmpty();
            assertIsCut(open);
        }

        timed("power off", () -> {
            host.hypervisor.askToPowerOff(spec.id());
            assertThat(host.hypervisor.awaitGone(spec.id(), Duration.ofSeconds(30)))
                    .isTrue();
        });
        host.network.closeSsh(spec);
        host.network.releaseLease(spec);
        host.storage.delete(spec.id());
        assertNothingLeft(spec);
    }

    /** The guest would answer with its key exchange, and hang up at what it cannot read; silence or a reset is a cut. */
    private static void assertIsCut(Socket open) throws IOException {
        open.setSoTimeout(2000);
        open.getOutputStream()
                .write("what the guest would answer by hanging up\n\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> open.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void everyStepDoneAgainFindsNothingLeftToDo() throws Exception {
        CapsuleSpec spec = host.spec(1);
        host.network.ensure();
        host.storage.createDisk(spec, image);
        host.storage.createDisk(spec, image);
        host.network.reserveLease(spec);
        launch(spec, 1);
        host.hypervisor.start(plan(spec, 1, host.storage.disk(spec.id()).resolveSibling("seed.img")));
        host.network.ensure();
        assertThat(host.hypervisor.find(spec.id()).orElseThrow().running()).isTrue();

        timed("destroy", () -> host.hypervisor.destroy(spec.id()));
        host.hypervisor.destroy(spec.id());
        host.hypervisor.askToPowerOff(spec.id());
        assertThat(host.hypervisor.awaitGone(spec.id(), Duration.ofSeconds(1))).isTrue();
        for (int again = 0; again < 2; again++) {
            host.network.closeSsh(spec);
            host.network.releaseLease(spec);
            host.storage.delete(spec.id());
        }
        assertNothingLeft(spec);
    }

    @Test
    void theTableThatSomebodyFlushedIsMadeAgain() throws Exception {
        CapsuleSpec spec = host.spec(2);
        host.programsRun("nft", "delete", "table", "inet", "dct0");
        host.network.openSsh(spec);
        host.network.openSsh(spec);
        assertThat(host.programsRun("nft", "list", "table", "inet", "dct0"))
                .contains(spec.sshPort() + " : " + spec.guest().ipv4());
        host.network.closeSsh(spec);
        assertThat(host.programsRun("nft", "list", "table", "inet", "dct0"))
                .doesNotContain(Integer.toString(spec.sshPort()));
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        CapsuleSpec spec = host.spec(3);
        try (ServerSocket other = new ServerSocket(spec.vncPort())) {
            assertThatThrownBy(() -> host.network.openSsh(spec))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("host.port-taken")
                    .hasMessageContaining("port " + other.getLocalPort());
        }
    }

    @Test
    void whatTheNetworkHasOfNoCapsuleIsFoundAndRemoved(@TempDir Path journal) throws Exception {
        CapsuleSpec nobodys = host.spec(3);
        CapsuleSpec spec = host.spec(4);
        host.storage.createDisk(spec, image);
        host.storage.keepSpec(spec);
        for (CapsuleSpec each : List.of(nobodys, spec)) {
            host.network.reserveLease(each);
            host.network.openSsh(each);
        }
        Path filter = Files.writeString(
                host.folder.resolve("filter.xml"),
                "<filter name='dct0-renamed'><rule action='drop' direction='in'/></filter>");
        host.programsRun("virsh", "-c", "qemu:///system", "nwfilter-define", filter.toString());
        Leftovers leftovers = new Leftovers(
                host.hypervisor,
                host.network,
                host.storage,
                Journal.open(journal, new SecretBox(new byte[32]), InstantSource.system()));
        List<Leftover> found = leftovers.known().orElseThrow();
        assertThat(found)
                .containsExactlyInAnyOrder(
                        Leftover.wayIn(nobodys.sshPort(), nobodys.guest().ipv4()),
                        new Leftover(Leftover.Kind.ADDRESS, nobodys.guest().ipv4()),
                        new Leftover(Leftover.Kind.FILTER, "dct0-renamed"));

        leftovers.sweep(found);

        assertThat(leftovers.known()).contains(List.of());
        assertThat(host.network.removable())
                .containsExactlyInAnyOrder(
                        Leftover.wayIn(spec.sshPort(), spec.guest().ipv4()),
                        new Leftover(Leftover.Kind.ADDRESS, spec.guest().ipv4()));
        assertThat(host.programsRun("virsh", "-c", "qemu:///system", "nwfilter-list"))
                .doesNotContain("dct0-renamed");
        host.network.closeSsh(spec);
        host.network.releaseLease(spec);
        host.storage.delete(spec.id());
    }

    @Test
    void aDomainThatIsNotOursIsLeftAlone() throws Exception {
        CapsuleId stranger = CapsuleId.random();
        Path xml = Files.writeString(host.folder.resolve("stranger.xml"), """
                <domain type='qemu'><name>stranger</name><uuid>%s</uuid><memory unit='MiB'>64</memory>
                <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>
                """.formatted(stranger));
        host.programsRun("virsh", "-c", "qemu:///system", "create", xml.toString());
        try {
            assertThat(host.hypervisor.find(stranger)).isEmpty();
            assertThat(host.hypervisor.all()).doesNotContainKey(stranger);
            host.hypervisor.destroy(stranger);
            assertThat(host.programsRun("virsh", "-c", "qemu:///system", "list", "--name"))
                    .contains("stranger");
        } finally {
            host.programsRun("virsh", "-c", "qemu:///system", "destroy", "stranger");
        }
    }

    private static void launch(CapsuleSpec spec, long generation) throws Exception {
        timed("lease", () -> host.network.reserveLease(spec));
        timed("forwarding", () -> host.network.openSsh(spec));
        Path[] seed = new Path[1];
        timed("seed", () -> seed[0] = host.storage.writeSeed(spec, LOGIN, host.network.names(spec.type())));
        timed("domain start", () -> host.hypervisor.start(plan(spec, generation, seed[0])));
    }

    private static DomainPlan plan(CapsuleSpec spec, long generation, Path seed) {
        return new DomainPlan(
                spec,
                generation,
                host.storage.disk(spec.id()),
                seed,
                host.network.maintenanceFilter(spec.type()),
                "vncPass-and-more");
    }

    /** Tried from inside, as root: what the filter lets through, and what it must not. */
    private static void assertFilterHolds(CapsuleSpec spec) throws IOException {
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getByAddress(new byte[] {10, 91, 0, 1}))) {
            String own = spec.guest().ipv4();
            String hostService = "nc -w 2 10.91.0.1 " + service.getLocalPort() + " < /dev/null";
            assertThat(host.inGuest(spec.id(), "nc -w 2 10.91.0.1 53 < /dev/null"))
                    .as("names")
                    .isZero();
            assertThat(host.inGuest(spec.id(), hostService))
                    .as("a service of the host")
                    .isNotZero();
            assertThat(host.inGuest(spec.id(), "nc -p 22 -w 2 10.91.0.1 " + service.getLocalPort() + " < /dev/null"))
                    .as("a service of the host, from the port of SSH")
                    .isNotZero();
            assertThat(host.inGuest(
                            spec.id(),
                            "ip addr add 10.91.0.99/24 dev eth0 && ip addr del " + own
                                    + "/24 dev eth0; nc -w 2 10.91.0.1 53 < /dev/null"))
                    .as("another guest's address")
                    .isNotZero();
            assertThat(host.inGuest(
                            spec.id(),
                            "ip addr add " + own + "/24 dev eth0; ip addr del 10.91.0.99/24 dev eth0;"
                                    + " nc -w 2 10.91.0.1 53 < /dev/null"))
                    .as("its own address again")
                    .isZero();
            assertThat(host.inGuest(
                            spec.id(),
                            "ip link set eth0 address 52:54:00:00:00:77; sleep 1;"
                                    + " nc -w 2 10.91.0.1 53 < /dev/null"))
                    .as("another MAC")
                    .isNotZero();
            host.inGuest(spec.id(), "ip link set eth0 address " + spec.guest().mac());
        }
    }

    private static void assertNothingLeft(CapsuleSpec spec) {
        assertThat(host.hypervisor.find(spec.id())).isEmpty();
        assertThat(host.storage.all()).doesNotContain(spec.id());
        assertThat(host.networks.networkXml("dct0").orElseThrow())
                .doesNotContain(spec.guest().mac());
        assertThat(host.programsRun("nft", "list", "table", "inet", "dct0"))
                .doesNotContain(spec.guest().ipv4());
        assertThat(host.programsRun("ps", "-eo", "args"))
                .doesNotContain(spec.id().toString());
    }

    /** What a server says first, or nothing. */
    private static String greeting(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1500);
            return new String(socket.getInputStream().readNBytes(11), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void timed(String what, Step step) throws Exception {
        long begun = System.nanoTime();
        step.run();
        LOG.atInfo().log(
                "{} took {} ms",
                what,
                Duration.ofNanos(System.nanoTime() - begun).toMillis());
    }
}
