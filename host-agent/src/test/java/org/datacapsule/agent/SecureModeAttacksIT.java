package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way out of a capsule, tried as root from inside a real guest, with another capsule in the other mode beside it. What
 * the world and the host's interfaces hear decides. Each way that maintenance mode has is first seen to work there, so that
 * its failure in secure mode means something.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecureModeAttacksIT {
    private static final Login LOGIN = new Login("alice", "correct-horse", List.of("ssh-ed25519 AAAA alice@example"));
    private static final SecureVolume VOLUME =
            new SecureVolume(32, Base64.getEncoder().encodeToString(new byte[32]));
    private static final String PROBE = "perl /root/probe.pl ";
    private static final String GATEWAY = "10.91.0.1";
    private static final String METADATA = "169.254.169.254";
    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";

    /** What maintenance mode allows: a way that works there, and must not in secure mode. */
    private static final Set<String> WAYS_OF_MAINTENANCE =
            Set.of("tcp", "udp", "icmp", "dns-tcp", "raw-udp", "held-tcp", "held-udp");

    /** What no mode allows. */
    private static final Set<String> WAYS_OF_NO_MODE = Set.of(
            "neighbour-ssh",
            "neighbour-ping",
            "host-service",
            "metadata",
            "ethertype",
            "vlan",
            "ipv6",
            "ipv6-ping",
            "lldp",
            "arp-of-another",
            "arp-payload",
            "ip-of-another",
            "mac-of-another",
            "multicast",
            "name-in-dhcp");

    private static final String LYING_AGENT = """
            open(P, "+<", "/dev/virtio-ports/org.qemu.guest_agent.0"); select(P); $| = 1;
            while (<P>) { print P "{\\"error\\":{\\"class\\":\\"GenericError\\",\\"desc\\":\\"leak-by-agent\\"}}\\n"; }
            """;

    private static Optional<Field> field = Optional.empty();

    /** Two capsules on one host, and the world. */
    private record Field(RealHost host, World world, TestAgent agent, CapsuleSpec capsule, CapsuleSpec neighbour) {}

    @TempDir
    private static Path directory = Path.of("");

    private static long sequence;

    @BeforeAll
    static void start() throws Exception {
        Path policies = Files.createDirectory(directory.resolve("policies"));
        for (String name : List.of("maintenance.yaml", "secure-full.yaml")) {
            Files.copy(Path.of("../deploy/policies").resolve(name), policies.resolve(name));
        }
        writeSecurePolicy(policies, World.DATA_SERVICE);
        RealHost host = new RealHost(policies);
        host.network.ensure();
        Sha256 image = host.storage.importImage(host.guestImage());
        World world = new World(host);
        TestAgent agent = new TestAgent(directory.resolve("journal"), host.parts()).start();
        field = Optional.of(new Field(host, world, agent, host.spec(20), host.spec(21)));
        for (CapsuleSpec spec : List.of(field.get().capsule(), field.get().neighbour())) {
            run(new Command.Create(spec, image));
            run(new Command.Launch(spec, LOGIN, VOLUME));
        }
        for (CapsuleSpec spec : List.of(field.get().capsule(), field.get().neighbour())) {
            host.awaitGuest(spec.id());
            host.inGuest(
                    spec.id(),
                    "echo " + Base64.getEncoder().encodeToString(Files.readAllBytes(World.script("probe.pl")))
                            + " | base64 -d > /root/probe.pl");
        }
        world.listenAt("dct0", tap(field.get().neighbour().id()));
    }

    @AfterAll
    static void stop() {
        field.ifPresent(it -> {
            it.agent().close();
            it.world().close();
            it.host().close();
        });
    }

    @Test
    @Order(1)
    void inMaintenanceItsWaysAreOpenAndAllOthersShut() throws Exception {
        assertThat(ways("maintenance")).isEqualTo(new TreeSet<>(WAYS_OF_MAINTENANCE));
        assertThat(reachesDataService("maintenance")).isTrue();
    }

    @Test
    @Order(2)
    void inSecureModeEveryWayIsShut() throws Exception {
        CapsuleId capsule = field().capsule().id();
        hold("before");
        await().atMost(Duration.ofSeconds(40))
                .until(() -> hears("leak-before-hold-tcp") && hears("leak-before-hold-udp"));
        field().host()
                .inGuest(
                        capsule,
                        "echo before > /root/known; "
                                + probe("tell %s %d leak-told /root/known".formatted(World.ANYBODY, World.PORT))
                                + " > /dev/null 2>&1 &");
        await().atMost(Duration.ofSeconds(40)).until(() -> hears("leak-told-before"));

        run(new Command.SwitchToSecure(field().capsule(), VOLUME));

        int heard = field().world().heard().size();
        assertThat(ways("secure")).isEmpty();
        assertThat(reachesDataService("secure")).isTrue();
        field().host().inGuest(capsule, "echo secret > /root/known; cp /root/known /media/secure/");
        assertThat(ways("again")).isEmpty();
        assertThat(heardSince(heard))
                .as("all that was heard since: what the data service was told")
                .allMatch(line -> line.contains("-data-service"));
        assertThat(reachesInByItsPort(field().capsule())).isFalse();
        assertThat(reachesInByItsPort(field().neighbour())).isTrue();
    }

    @Test
    @Order(3)
    void thePolicyThatIsReloadedHoldsAtOnceAndOpensNothingMeanwhile() throws Exception {
        int heard = field().world().heard().size();
        writeSecurePolicy(directory.resolve("policies"), "203.0.113.9");

        field().host().again().ensure();

        assertThat(reachesDataService("reloaded")).isFalse();
        assertThat(ways("reloaded")).isEmpty();
        assertThat(heardSince(heard)).isEmpty();
    }

    @Test
    @Order(4)
    void aGuestThatRestartsInSecureModeStaysInIt() throws Exception {
        CapsuleId capsule = field().capsule().id();
        int heard = field().world().heard().size();
        String boot = field().host().printedInGuest(capsule, "cat /proc/sys/kernel/random/boot_id");
        field().host().inGuest(capsule, "(sleep 1; reboot -f) > /dev/null 2>&1 &");
        await().atMost(Duration.ofSeconds(90))
                .ignoreException(AssertionError.class)
                .until(() -> !field().host()
                        .printedInGuest(capsule, "cat /proc/sys/kernel/random/boot_id")
                        .equals(boot));

        assertThat(ways("restarted")).isEmpty();
        assertThat(field().host().printedInGuest(capsule, "cat /media/secure/known"))
                .isEqualTo("secret\n");
        assertThat(heardSince(heard)).isEmpty();
    }

    /** Its agent answers whatever it is asked with words of its own; they are repeated nowhere. */
    @Test
    @Order(5)
    void whatTheGuestsAgentSaysGoesNowhere() throws Exception {
        field().host()
                .inGuest(
                        field().capsule().id(),
                        "echo '" + LYING_AGENT + "' > /root/lying.pl; mv $(command -v qemu-ga) /root/;"
                                + " (sleep 1; kill $(pidof qemu-ga); sleep 1; touch /root/lies;"
                                + " perl /root/lying.pl) > /dev/null 2>&1 &");
        Thread.sleep(Duration.ofSeconds(3));

        Outcome outcome = field().agent()
                .done(field().agent().envelope(++sequence, new Command.SwitchToMaintenance(field().capsule())))
                .outcome();

        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
        assertThat(outcome.toString()).doesNotContain("leak-by-agent");
    }

    @Test
    @Order(6)
    void backInMaintenanceOnlyWhatWasKnownBeforeIsTold() throws Exception {
        field().host().awaitGuest(field().capsule().id());
        await().until(() -> field().host().inGuest(field().capsule().id(), "pidof qemu-ga") == 0);

        assertThat(ways("back")).isEqualTo(new TreeSet<>(WAYS_OF_MAINTENANCE));
        assertThat(field().world().heard()).noneMatch(line -> line.contains("secret"));
        assertThat(reachesInByItsPort(field().capsule())).isTrue();
    }

    /** The ways that led somewhere, each told a text of its own. */
    private static Set<String> ways(String when) throws Exception {
        RealHost host = field().host();
        CapsuleSpec capsule = field().capsule();
        String own = capsule.guest().ipv4();
        String mac = capsule.guest().mac();
        String other = field().neighbour().guest().ipv4();
        String gatewayMac =
                Files.readString(Path.of("/sys/class/net/dct0/address")).strip();
        Map<String, String> tries = new LinkedHashMap<>();
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getByName(GATEWAY))) {
            tries.put("tcp", probe("tcp %s %d leak-%s-tcp".formatted(World.ANYBODY, World.PORT, when)));
            tries.put("udp", probe("udp %s %d leak-%s-udp".formatted(World.ANYBODY, World.PORT, when)));
            tries.put("icmp", "ping -c 1 -W 6 " + World.ANYBODY);
            tries.put("dns-tcp", "nc -w 6 " + GATEWAY + " 53 < /dev/null");
            tries.put(
                    "raw-udp",
                    probe("ip %s %s %d %s %s leak-%s-raw-udp"
                            .formatted(own, World.ANYBODY, World.PORT, mac, gatewayMac, when)));
            tries.put("neighbour-ssh", "nc -w 6 " + other + " 22 < /dev/null");
            tries.put("neighbour-ping", "ping -c 1 -W 6 " + other);
            tries.put("host-service", "nc -w 6 " + GATEWAY + " " + service.getLocalPort() + " < /dev/null");
            tries.put("metadata", probe("tcp %s 80 leak-%s-metadata".formatted(METADATA, when)));
            tries.put("ethertype", probe("raw 88b5 %s %s 00 leak-%s-ethertype".formatted(BROADCAST, mac, when)));
            // An IPv4 packet inside a tag of VLAN 1.
            tries.put("vlan", probe("raw 8100 %s %s 00010800 leak-%s-vlan".formatted(BROADCAST, mac, when)));
            tries.put("ipv6", probe("raw 86dd 33:33:00:00:00:01 %s 60000000 leak-%s-ipv6".formatted(mac, when)));
            tries.put(
                    "ipv6-ping",
                    "ping -6 -c 1 -W 6 " + linkLocal(field().neighbour().guest().mac()) + "%eth0");
            tries.put("lldp", probe("raw 88cc 01:80:c2:00:00:0e %s 00 leak-%s-lldp".formatted(mac, when)));
            tries.put(
                    "arp-of-another",
                    probe("raw 0806 %s %s 0001080006040002%s%s%s%s leak-%s-arp-of-another"
                            .formatted(
                                    BROADCAST, mac, hex(mac), address(other), hex(BROADCAST), address(GATEWAY), when)));
            tries.put(
                    "arp-payload",
                    probe("raw 0806 %s %s 0001080006040001%s%s%s%s leak-%s-arp-payload"
                            .formatted(BROADCAST, mac, hex(mac), address(own), "000000000000", address(other), when)));
            tries.put(
                    "ip-of-another",
                    probe("ip %s %s %d %s %s leak-%s-ip-of-another"
                            .formatted(other, World.ANYBODY, World.PORT, mac, gatewayMac, when)));
            tries.put(
                    "mac-of-another",
                    probe("ip %s %s %d 52:54:00:00:00:99 %s leak-%s-mac-of-another"
                            .formatted(own, World.ANYBODY, World.PORT, gatewayMac, when)));
            tries.put(
                    "multicast",
                    probe("ip %s 224.0.0.251 5353 %s 01:00:5e:00:00:fb leak-%s-multicast".formatted(own, mac, when)));
            tries.put("name-in-dhcp", probe("dhcp leak-%s-name-in-dhcp".formatted(when)));
            hold(when);
            Set<String> open = new TreeSet<>();
            List<String> succeeded = succeeded(host, tries);
            tries.forEach((name, line) -> {
                // What is only sent has succeeded where it was heard.
                boolean isOnlySent = line.matches(PROBE + "(raw|ip|dhcp) .*");
                boolean isHeard = hears("leak-" + when + "-" + name) && !name.equals("name-in-dhcp");
                if (isHeard || (succeeded.contains(name) && !isOnlySent)) {
                    open.add(name);
                }
            });
            assertThat(tries.keySet()).containsAll(WAYS_OF_NO_MODE);
            if (hears("leak-" + when + "-hold-tcp")) {
                open.add("held-tcp");
            }
            if (hears("leak-" + when + "-hold-udp")) {
                open.add("held-udp");
            }
            if (host.inGuest(
                            field().neighbour().id(),
                            "nslookup leak-" + when + "-name-in-dhcp " + GATEWAY
                                    + " | grep -q 'Address.*10.91.0.[2-9]'")
                    == 0) {
                open.add("name-in-dhcp");
            }
            return open;
        }
    }

    /** All at once, as each that fails takes its time; a second more, so that what is on its way arrives. */
    private static List<String> succeeded(RealHost host, Map<String, String> tries) {
        StringBuilder script = new StringBuilder("cd /root; rm -rf tried; mkdir tried;");
        StringBuilder probes = new StringBuilder();
        tries.forEach((name, line) -> {
            if (line.startsWith(PROBE)) {
                probes.append(name)
                        .append(' ')
                        .append(line.substring(PROBE.length()))
                        .append('\n');
            } else {
                script.append("( ")
                        .append(line)
                        .append(" && touch tried/")
                        .append(name)
                        .append(" ) > /dev/null 2>&1 & ");
            }
        });
        // One interpreter for all: a guest without acceleration starts one in a second or two.
        script.append(PROBE).append("each 2> /dev/null << END\n").append(probes).append("END\nwait; sleep 1; ls tried");
        return host.printedInGuest(field().capsule().id(), script.toString())
                .lines()
                .toList();
    }

    /** One TCP connection and one UDP flow that are opened now and used for some seconds. */
    private static void hold(String when) {
        StringBuilder probes = new StringBuilder();
        for (String kind : List.of("tcp", "udp")) {
            probes.append(
                    "%2$s hold-%2$s %3$s %4$d leak-%1$s-hold-%2$s%n".formatted(when, kind, World.ANYBODY, World.PORT));
        }
        field().host().inGuest(field().capsule().id(), PROBE + "each > /dev/null 2>&1 << END &\n" + probes + "END\n");
    }

    private static boolean reachesDataService(String when) {
        return field().host()
                        .inGuest(
                                field().capsule().id(),
                                probe("tcp %s %d leak-%s-data-service".formatted(World.DATA_SERVICE, World.PORT, when)))
                == 0;
    }

    private static boolean reachesInByItsPort(CapsuleSpec spec) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), spec.sshPort())) {
            socket.setSoTimeout(2000);
            return socket.getInputStream().read() == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hears(String text) {
        return field().world().hasHeard(text);
    }

    /** But for the name that was said to the host's DHCP server, which the neighbour then asks for itself. */
    private static List<String> heardSince(int count) {
        return field().world().heard().stream()
                .skip(count)
                .filter(line -> !line.endsWith("-name-in-dhcp"))
                .toList();
    }

    private static String probe(String words) {
        return PROBE + words;
    }

    /** RFC 4291, appendix A. */
    private static String linkLocal(String mac) {
        String[] bytes = new String[6];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = mac.substring(3 * at, 3 * at + 2);
        }
        // The first byte of ours is 52; its second-lowest bit is turned around.
        return "fe80::50%s:%sff:fe%s:%s%s".formatted(bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
    }

    private static String hex(String mac) {
        return mac.replace(":", "");
    }

    private static String address(String ipv4) throws IOException {
        return HexFormat.of().formatHex(InetAddress.getByName(ipv4).getAddress());
    }

    private static String tap(CapsuleId capsule) {
        return field().host().hypervisor.find(capsule).orElseThrow().tap();
    }

    private static Field field() {
        return field.orElseThrow();
    }

    private static void writeSecurePolicy(Path policies, String allowed) throws IOException {
        Path unfinished = policies.resolve("secure.new");
        Files.writeString(unfinished, """
                mode: secure
                types: [DEMO, RESEARCH]
                host: [dhcp]
                ssh-in: false
                deny: []
                allow:
                  - to: %s
                    protocol: tcp
                    ports: [%d]
                names:
                  data.example.org: %s
                """.formatted(allowed, World.PORT, allowed));
        Files.move(unfinished, policies.resolve("secure.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void run(Command command) throws InterruptedException {
        Outcome outcome = field().agent()
                .done(field().agent().envelope(++sequence, command))
                .outcome();
        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    }
}
