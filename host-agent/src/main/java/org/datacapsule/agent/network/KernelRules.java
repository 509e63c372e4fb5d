package org.datacapsule.agent.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;

/**
 * What the kernel enforces on a guest's interface: read back from ebtables and the bridge, without asking libvirt or
 * believing what we told it.
 *
 * @param chains each chain's lines, in order
 */
record KernelRules(Map<String, List<String>> chains) {
    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final int LISTINGS = 20;
    private static final String HEAD = "Bridge chain: ";
    private static final String OUT_HOOK = "PREROUTING";
    private static final String IN_HOOK = "POSTROUTING";

    /** Lists the rules. */
    @FunctionalInterface
    interface Listing {
        String list() throws ProgramFailedException;
    }

    static KernelRules read(ProgramRunner programs) {
        return read(() -> programs.run(List.of("ebtables", "-t", "nat", "-L")));
    }

    /** Of iptables-nft 1.8.9: a listing fails when a rule of another guest is changed meanwhile, so it is asked again. */
    static KernelRules read(Listing listing) {
        for (int left = LISTINGS - 1; ; left--) {
            try {
                return parse(listing.list());
            } catch (ProgramFailedException e) {
                if (left == 0) {
                    throw e.asProblem();
                }
            }
        }
    }

    static KernelRules parse(String listing) {
        Map<String, List<String>> chains = new TreeMap<>();
        List<String> current = new ArrayList<>();
        for (String line : listing.lines().toList()) {
            if (line.startsWith(HEAD)) {
                current = new ArrayList<>();
                chains.put(line.substring(HEAD.length()).replaceAll(",.*", ""), current);
            } else if (!line.isBlank() && !chains.isEmpty()) {
                current.add(line.strip());
            }
        }
        return new KernelRules(chains);
    }

    /** @throws ProblemException when anything else than exactly these rules decides over the interface's frames */
    void require(LayerTwoRules wanted, String tap) {
        requireFirst(OUT_HOOK, "-i", tap, outChain(tap));
        requireFirst(IN_HOOK, "-o", tap, inChain(tap));
        requireSame(wanted.out(), outChain(tap), "sends");
        requireSame(wanted.in(), inChain(tap), "is sent");
    }

    /** Of all that was compared for this interface. */
    Sha256 hash(String tap) {
        String text = String.join("\n", lines(outChain(tap))) + "\n\n" + String.join("\n", lines(inChain(tap)));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new Sha256(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @throws ProblemException when the interface is no isolated port of the bridge */
    static void requireIsolated(String tap, String bridge) {
        Path port = INTERFACES.resolve(tap).resolve("brport");
        try {
            Path at = Files.readSymbolicLink(port.resolve("bridge")).getFileName();
            if (at == null || !at.toString().equals(bridge)) {
                throw otherwise("the guest's interface is at another bridge than " + bridge);
            }
            if (!Files.readString(port.resolve("isolated")).strip().equals("1")) {
                throw otherwise("the guest's interface is not isolated from the other capsules'");
            }
        } catch (IOException e) {
            throw otherwise("the guest's interface is at no bridge");
        }
    }

    /** Nothing but the chains of other guests' interfaces may come before the jump into this one's. */
    private void requireFirst(String hook, String side, String tap, String chain) {
        Map<String, String> jump = Map.of(side, tap, "-j", chain);
        for (String line : lines(hook)) {
            Map<String, String> rule = LayerTwoRules.parse(line);
            if (rule.equals(jump)) {
                return;
            }
            String other = rule.getOrDefault(side, "");
            if (other.isEmpty() || other.equals(tap) || other.endsWith("+")) {
                throw otherwise("a rule of " + hook + " comes before the guest's own: " + line);
            }
        }
        throw otherwise("no rule of " + hook + " leads to the filter of the guest's interface");
    }

    private void requireSame(List<Map<String, String>> wanted, String chain, String what) {
        List<Map<String, String>> found =
                lines(chain).stream().map(LayerTwoRules::parse).toList();
        if (!found.equals(wanted)) {
            throw otherwise("the rules for what the guest " + what + " are " + found.size() + " and not the policy's "
                    + wanted.size() + ", or others");
        }
    }

    private List<String> lines(String chain) {
        return chains.getOrDefault(chain, List.of());
    }

    private static String outChain(String tap) {
        return "libvirt-I-" + tap;
    }

    private static String inChain(String tap) {
        return "libvirt-O-" + tap;
    }

    private static ProblemException otherwise(String what) {
        return new ProblemException(ErrorCode.HOST_POLICY_NOT_IN_FORCE, "The kernel was asked, and " + what + ".");
    }
}
