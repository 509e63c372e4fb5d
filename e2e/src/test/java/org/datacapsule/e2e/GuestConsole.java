package org.datacapsule.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.devkit.fleet.Patience;

/**
 * Lines run in a guest by its agent, from its host: what its user could type at the screen, where no SSH leads in.
 *
 * @param patience how long a line may take
 */
record GuestConsole(Virsh virsh, String capsule, Duration patience) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** virsh on the guest's host. */
    @FunctionalInterface
    interface Virsh {
        String output(String... arguments) throws IOException, InterruptedException;
    }

    /** What the line prints. */
    String run(String line) throws IOException, InterruptedException {
        JsonNode started = agent(Map.of(
                "execute",
                "guest-exec",
                "arguments",
                Map.of("path", "/bin/sh", "arg", List.of("-c", line), "capture-output", true)));
        JsonNode ended = Patience.await("end of a line in the guest", patience, () -> {
            JsonNode now = agent(Map.of(
                    "execute",
                    "guest-exec-status",
                    "arguments",
                    Map.of("pid", started.path("pid").asInt())));
            return now.path("exited").asBoolean() ? Optional.of(now) : Optional.empty();
        });
        return new String(Base64.getDecoder().decode(ended.path("out-data").asText()), StandardCharsets.UTF_8).strip();
    }

    private JsonNode agent(Map<String, Object> command) throws IOException, InterruptedException {
        String answer = virsh.output("qemu-agent-command", capsule, JSON.writeValueAsString(command));
        return JSON.readTree(answer).path("return");
    }
}
