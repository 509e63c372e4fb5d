package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether restricted data is where a network is open, as libvirt and the kernel have it; nothing of ours is asked. The policy
 * of secure mode is taken to allow no data service.
 *
 * @param uri libvirt's, which need not answer: the kernel always does
 * @param network in libvirt; the names of its filters begin with it
 * @param bridge of the network; the guests at it are looked at
 */
public record DataWatch(String uri, String network, String bridge) {
    private static final Path PROCESSES = Path.of("/proc");
    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final Pattern GUEST = Pattern.compile("\\bguest=capsule-([0-9a-f-]{36})");
    private static final Pattern TAP = Pattern.compile("(?m)^iff:\\s+(\\S+)$");
    private static final Pattern TARGET = Pattern.compile("<target dev='(vnet\\d+|tap\\d+)'/>");
    private static final Pattern ADDRESS = Pattern.compile("<parameter name='IP' value='([0-9.]+)'/>");
    private static final String VOLUME = "volume.qcow2";
    private static final String CHANNEL = "org.datacapsule.release.0";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOOKS = 5;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    /**
     * What a guest's QEMU process holds open.
     *
     * @param taps its ends of interfaces
     */
    private record Held(long process, String capsule, boolean volume, List<String> taps) {}

    /** What is wrong, in words; empty when nothing is. A guest that ended while we looked has nothing any more. */
    public List<String> breaches() throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        // Before its rules, which are there before it is.
        List<Held> all = held();
        Map<String, List<String>> chains = chains();
        String crossing = ShortCommand.output("nft", "list", "table", "inet", network);
        for (Held held : all) {
            List<String> its = breaches(held, chains, crossing);
            if (!its.isEmpty()
                    && held(PROCESSES.resolve(Long.toString(held.process()))).isPresent()) {
                found.addAll(its);
            }
        }
        return found;
    }

    private List<String> breaches(Held held, Map<String, List<String>> chains, String crossing)
            throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        Optional<String> domain = virsh("dumpxml", held.capsule());
        boolean hasVolume =
                held.volume() || domain.filter(xml -> xml.contains(VOLUME)).isPresent();
        boolean hasChannel = domain.filter(xml -> xml.contains(CHANNEL)).isPresent();
        if (hasVolume || hasChannel) {
            held.taps().forEach(tap -> found.addAll(openings(chains, tap)));
            if (domain.isPresent()) {
                found.addAll(otherFilters(domain.get(), crossing));
            }
        }
        return found;
    }

    /** Capsules whose QEMU has its secure volume open. */
    public List<String> capsulesWithData() throws IOException {
        return held().stream().filter(Held::volume).map(Held::capsule).toList();
    }

    /** The process that a capsule's guest is. */
    public Optional<ProcessHandle> qemu(String capsule) throws IOException {
        return held().stream()
                .filter(held -> held.capsule().equals(capsule))
                .findFirst()
                .flatMap(held -> ProcessHandle.of(held.process()));
    }

    /** What libvirt has of it. */
    private List<String> otherFilters(String domain, String crossing) throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        String wanted = "filter='" + network + "-secure'";
        if (!domain.contains(wanted)) {
            found.add("the domain has its data, and no " + wanted);
        }
        Matcher target = TARGET.matcher(domain);
        while (target.find()) {
            Optional<String> binding = binding(target.group(1));
            if (binding.filter(xml -> xml.contains(wanted)).isEmpty()) {
                found.add("the binding of " + target.group(1) + " is not of " + wanted + ": " + binding);
            }
        }
        Matcher address = ADDRESS.matcher(domain);
        while (address.find()) {
            if (Pattern.compile(": " + Pattern.quote(address.group(1)) + "[ ,]")
                    .matcher(crossing)
                    .find()) {
                found.add("a port of the host leads to " + address.group(1));
            }
        }
        return found;
    }

    /** libvirt may be too busy to answer once, while the kernel has the rules; a binding that is not there stays away. */
    private Optional<String> binding(String tap) throws IOException, InterruptedException {
        Optional<String> binding = virsh("nwfilter-binding-dumpxml", tap);
        for (int look = 1; binding.isEmpty() && look < LOOKS; look++) {
            Thread.sleep(BETWEEN_LOOKS);
            binding = virsh("nwfilter-binding-dumpxml", tap);
        }
        return binding;
    }

    /** What the kernel lets through besides ARP with the gateway, DHCP, and word of packets that are too large. */
    private static List<String> openings(Map<String, List<String>> chains, String tap) {
        List<String> found = new ArrayList<>();
        for (String way : List.of("PREROUTING -i I", "POSTROUTING -o O")) {
            String[] words = way.split(" ", -1);
            String chain = "libvirt-" + words[2] + "-" + tap;
            String jump = words[1] + " " + tap + " -j " + chain;
            if (!chains.getOrDefault(words[0], List.of()).contains(jump)) {
                found.add("no rule says " + jump);
            }
            List<String> rules = chains.getOrDefault(chain, List.of());
            if (rules.isEmpty() || !rules.getLast().equals("-j DROP")) {
                found.add(chain + " does not end with -j DROP: " + rules);
            }
            rules.stream()
                    .filter(rule -> !rule.endsWith("-j DROP") && !isHarmless(rule))
                    .forEach(rule -> found.add(chain + " has " + rule));
        }
        return found;
    }

    private static boolean isHarmless(String rule) {
        return rule.startsWith("-p ARP ")
                || rule.contains("--ip-sport 68 --ip-dport 67 ")
                || rule.contains("--ip-sport 67 --ip-dport 68 ")
                || rule.contains("--ip-proto icmp ");
    }

    private static Map<String, List<String>> chains() throws IOException, InterruptedException {
        Map<String, List<String>> chains = new HashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : listing().lines().toList()) {
            if (line.startsWith("Bridge chain: ")) {
                current = new ArrayList<>();
                chains.put(line.replaceAll("Bridge chain: ([^,]+),.*", "$1"), current);
            } else if (!line.isBlank()) {
                current.add(line.strip());
            }
        }
        return chains;
    }

    /** Of iptables-nft 1.8.9: a list fails when somebody changes a rule meanwhile. */
    private static String listing() throws IOException, InterruptedException {
        return Patience.await("list of the kernel's rules", PATIENCE, () -> {
            ShortCommand list = ShortCommand.attempt(PATIENCE, List.of("ebtables", "-t", "nat", "-L"));
            return list.exitStatus() == 0 ? Optional.of(list.output()) : Optional.empty();
        });
    }

    private List<Held> held() throws IOException {
        List<Held> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES)) {
            for (Path process : processes) {
                if (DIGITS.matcher(process.getFileName().toString()).matches()) {
                    held(process).filter(this::isOurs).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private static Optional<Held> held(Path process) throws IOException {
        try {
            Matcher guest = GUEST.matcher(Files.readString(process.resolve("cmdline")));
            if (!guest.find()) {
                return Optional.empty();
            }
            boolean volume = false;
            List<String> taps = new ArrayList<>();
            try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
                for (Path file : open) {
                    String target = Files.readSymbolicLink(file).toString();
                    volume |= target.endsWith("/" + VOLUME);
                    if (target.equals("/dev/net/tun")) {
                        Matcher tap = TAP.matcher(
                                Files.readString(process.resolve("fdinfo").resolve(file.getFileName())));
                        while (tap.find()) {
                            taps.add(tap.group(1));
                        }
                    }
                }
            }
            return Optional.of(
                    new Held(Long.parseLong(process.getFileName().toString()), guest.group(1), volume, taps));
        } catch (IOException e) {
            if (Files.exists(process.resolve("exe")) && !(e instanceof NoSuchFileException)) {
                throw e;
            }
            // It has ended meanwhile, and holds nothing.
            return Optional.empty();
        }
    }

    /** In our network: another host of this machine names its bridges and taps as we do. */
    private boolean isOurs(Held held) {
        return isInOurNetwork(held.process()) && held.taps().stream().anyMatch(this::isAtBridge);
    }

    private static boolean isInOurNetwork(long process) {
        try {
            return network(Long.toString(process)).equals(network("self"));
        } catch (IOException e) {
            return false;
        }
    }

    private static Path network(String process) throws IOException {
        return Files.readSymbolicLink(PROCESSES.resolve(process).resolve("ns/net"));
    }

    private boolean isAtBridge(String tap) {
        try {
            Path at = Files.readSymbolicLink(INTERFACES.resolve(tap).resolve("brport/bridge"));
            return at.endsWith(bridge);
        } catch (IOException e) {
            return false;
        }
    }

    /** Empty when libvirt has no such thing, or does not answer. */
    private Optional<String> virsh(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
        command.addAll(List.of(arguments));
        ShortCommand done = ShortCommand.attempt(PATIENCE, command);
        return done.exitStatus() == 0 ? Optional.of(done.output()) : Optional.empty();
    }
}
