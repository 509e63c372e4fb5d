package org.datacapsule.agent.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.datacapsule.agent.process.ProgramFailedException;
import org.datacapsule.agent.process.ProgramRunner;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * The host's table in nftables: which of its ports lead to which guest, and what passes between the bridge, the host and
 * the world. Every change is one transaction of the kernel. It outlives the agent.
 */
final class Forwarding {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PORTS = "ssh";
    private static final String EPOCHS = "ssh_epoch";
    private static final int PAIR = 2;
    private static final long FIRST_EPOCH = 1;

    private final NetworkConfig config;
    private final ProgramRunner programs;
    private final ReentrantLock lock = new ReentrantLock();

    Forwarding(NetworkConfig config, ProgramRunner programs) {
        this.config = config;
        this.programs = programs;
    }

    /** Puts the table's rules in place anew; the ports that are open stay so, and their connections. */
    void ensure() {
        apply(ForwardingRules.write(config));
    }

    /**
     * Mostly there is nothing to remove, so the port is added at once, and what else there is comes with the same run of
     * nft. That fails when the port leads somewhere already; and an older port of the guest's is removed after it.
     */
    void open(int port, String guest) {
        lock.lock();
        try {
            if (!isAdded(port, guest)) {
                change(() -> replacement(port, guest));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is open now, and the only way to the guest. */
    private boolean isAdded(int port, String guest) {
        String addAndList = addition(port, guest, FIRST_EPOCH) + "list table inet " + config.name();
        try {
            // As an argument: of what comes by a pipe, nft that is to answer in JSON does nothing, and says so to
            // nobody.
            Map<Integer, String> ports = ports(programs.run(List.of("nft", "-n", "-j", addAndList)));
            ports.remove(port);
            return !ports.containsValue(guest);
        } catch (ProgramFailedException e) {
            return false;
        }
    }

    private String replacement(int port, String guest) {
        Map<Integer, String> ports = ports();
        StringBuilder change = new StringBuilder();
        ports.forEach((other, leadsTo) -> {
            if ((other == port) != leadsTo.equals(guest)) {
                change.append(removal(other));
            }
        });
        return guest.equals(ports.get(port))
                ? change.toString()
                : change.append(addition(port, guest, FIRST_EPOCH)).toString();
    }

    /**
     * Closes a port that leads to the guest; one that leads to another is left alone. Connections through it end too: the table
     * lets only those pass whose port is open.
     */
    void close(int port, String guest) {
        change(() -> guest.equals(ports().get(port)) ? removal(port) : "");
    }

    /** Ends the connections through a port that stays open: those of its new epoch pass, and no older ones. */
    void endConnections(int port) {
        change(() -> {
            String guest = ports().get(port);
            return guest == null ? "" : removal(port) + addition(port, guest, epoch(port) + 1);
        });
    }

    /**
     * A change is worked out from what is there, so nobody may come in between. When it fails the table may have been
     * flushed by somebody, so it is put in place anew and the change worked out again.
     */
    private void change(Supplier<String> change) {
        lock.lock();
        try {
            try {
                applyAny(change.get());
            } catch (ProblemException e) {
                ensure();
                applyAny(change.get());
            }
        } finally {
            lock.unlock();
        }
    }

    private void applyAny(String change) {
        if (!change.isEmpty()) {
            apply(change);
        }
    }

    /** The open ports, and where each leads. */
    Map<Integer, String> ports() {
        return ports(listed(PORTS));
    }

    private static Map<Integer, String> ports(String listing) {
        Map<Integer, String> ports = new TreeMap<>();
        for (JsonNode pair : pairs(listing, PORTS)) {
            ports.put(pair.get(0).asInt(), pair.get(1).asText());
        }
        return ports;
    }

    private long epoch(int port) {
        for (JsonNode pair : pairs(listed(EPOCHS), EPOCHS)) {
            if (pair.get(0).asInt() == port) {
                return pair.get(1).asLong();
            }
        }
        return FIRST_EPOCH;
    }

    private String listed(String map) {
        try {
            return programs.run(List.of("nft", "-n", "-j", "list", "map", "inet", config.name(), map));
        } catch (ProgramFailedException e) {
            throw e.asProblem();
        }
    }

    private static List<JsonNode> pairs(String listing, String map) {
        try {
            List<JsonNode> pairs = new ArrayList<>();
            for (JsonNode entry : JSON.readTree(listing).path("nftables")) {
                if (entry.path("map").path("name").asText().equals(map)) {
                    entry.path("map").path("elem").forEach(element -> {
                        if (element.size() == PAIR) {
                            pairs.add(element);
                        }
                    });
                }
            }
            return pairs;
        } catch (JsonProcessingException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "nft gave no JSON");
        }
    }

    private String addition(int port, String guest, long epoch) {
        return """
                add element inet %1$s ssh_epoch { %2$d : %4$d }
                add element inet %1$s ssh_open { %4$d . %2$d }
                add element inet %1$s ssh { %2$d : %3$s }
                """.formatted(config.name(), port, guest, epoch);
    }

    private String removal(int port) {
        return """
                delete element inet %1$s ssh { %2$d }
                delete element inet %1$s ssh_open { %3$d . %2$d }
                delete element inet %1$s ssh_epoch { %2$d }
                """.formatted(config.name(), port, epoch(port));
    }

    private void apply(String change) {
        try {
            programs.run(List.of("nft", "-f", "-"), change);
        } catch (ProgramFailedException e) {
            throw e.asProblem();
        }
    }
}
