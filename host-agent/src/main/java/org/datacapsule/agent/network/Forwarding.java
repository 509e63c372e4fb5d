package org.datacapsule.agent.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
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
    private static final int PAIR = 2;

    private final NetworkConfig config;
    private final ProgramRunner programs;
    /** A change is worked out from what is there, so nobody may come in between. */
    private final ReentrantLock lock = new ReentrantLock();

    Forwarding(NetworkConfig config, ProgramRunner programs) {
        this.config = config;
        this.programs = programs;
    }

    /** Puts the table's rules in place anew; the ports that are open stay so, and their connections. */
    void ensure() {
        apply(ForwardingRules.write(config));
    }

    void open(int port, String guest) {
        lock.lock();
        try {
            Map<Integer, String> ports = ports();
            if (guest.equals(ports.get(port))) {
                return;
            }
            StringBuilder change = new StringBuilder();
            ports.forEach((other, leadsTo) -> {
                if (other == port || leadsTo.equals(guest)) {
                    change.append(removal(other));
                }
            });
            change.append("add element inet %1$s ssh { %2$d : %3$s }%nadd element inet %1$s ssh_open { %2$d }%n"
                    .formatted(config.name(), port, guest));
            apply(change.toString());
        } finally {
            lock.unlock();
        }
    }

    /** Connections through the port end too: the table lets only those pass whose port is open. */
    void close(int port) {
        lock.lock();
        try {
            if (ports().containsKey(port)) {
                apply(removal(port));
            }
        } finally {
            lock.unlock();
        }
    }

    /** The open ports, and where each leads. */
    Map<Integer, String> ports() {
        try {
            JsonNode answer = JSON.readTree(
                    programs.run(List.of("nft", "-n", "-j", "list", "map", "inet", config.name(), "ssh")));
            Map<Integer, String> ports = new TreeMap<>();
            for (JsonNode pair : answer.findPath("elem")) {
                if (pair.size() == PAIR) {
                    ports.put(pair.get(0).asInt(), pair.get(1).asText());
                }
            }
            return ports;
        } catch (ProgramFailedException e) {
            throw e.asProblem();
        } catch (JsonProcessingException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "nft gave no JSON");
        }
    }

    private String removal(int port) {
        return "delete element inet %1$s ssh { %2$d }%ndelete element inet %1$s ssh_open { %2$d }%n"
                .formatted(config.name(), port);
    }

    private void apply(String change) {
        try {
            programs.run(List.of("nft", "-f", "-"), change);
        } catch (ProgramFailedException e) {
            throw e.asProblem();
        }
    }
}
