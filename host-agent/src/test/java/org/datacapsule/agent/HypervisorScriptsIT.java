package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scripts themselves, the built agent behind them, and a real guest; no agent runs, and no router is anywhere. */
class HypervisorScriptsIT {
    private static final Logger LOG = LoggerFactory.getLogger(HypervisorScriptsIT.class);
    private static final Path SCRIPTS = Path.of("../scripts/hypervisor");
    private static final String DONE = "0 ";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void aCapsulesWholeLifeIsSixScripts() throws Exception {
        try (RealHost real = new RealHost()) {
            CapsuleSpec like = real.spec(20);
            CapsuleId capsule = like.id();
            Path wdir = real.folder.resolve("capsules").resolve(capsule.toString());
            String config = config(real);
            Path key = Files.writeString(
                    directory.resolve("volume.key"), Base64.getEncoder().encodeToString(new byte[32]));

            assertThat(run(
                            "create_vm_script.sh",
                            config,
                            wdir,
                            "--image",
                            real.guestImage().toString(),
                            "--vcpu",
                            "1",
                            "--mem",
                            "256",
                            "--vnc",
                            Integer.toString(like.vncPort()),
                            "--ssh",
                            Integer.toString(like.sshPort()),
                            "--loginid",
                            "alice",
                            "--loginpwd",
                            "correct-horse",
                            "--disk-gb",
                            "1"))
                    .isEqualTo(DONE);
            assertThat(run("query_vm_status_script.sh", config, wdir))
                    .startsWith(DONE)
                    .contains("mode: not_defined\nstatus: shutdown\npublicip: 127.0.0.1\nsshport: " + like.sshPort()
                            + "\nvncport: " + like.vncPort() + "\nvmid: " + capsule);
            assertThat(run("launch_vm_script.sh", config, wdir, "--mode", "maintain", "--policy", "/tmp/open.yaml"))
                    .startsWith("10 error: /tmp/open.yaml is not the policy");
            assertThat(run(
                            "launch_vm_script.sh",
                            config,
                            wdir,
                            "--mode",
                            "maintain",
                            "--policy",
                            "../deploy/policies/maintenance.yaml"))
                    .isEqualTo(DONE);
            real.awaitGuest(capsule);

            assertThat(run(
                            "switch_vm_script.sh",
                            config,
                            wdir,
                            "--mode",
                            "secure",
                            "--volume-key-file",
                            key.toString(),
                            "--volume-mb",
                            "64"))
                    .isEqualTo(DONE);
            assertThat(real.hypervisor.find(capsule).orElseThrow().attached()).contains(Attachment.SECURE_VOLUME);
            assertThat(run("stop_vm_script.sh", config, wdir, "--grace", "0")).isEqualTo(DONE);
            assertThat(run("stop_vm_script.sh", config, wdir)).startsWith("8 error: To stop a capsule");
            assertThat(run("delete_vm_script.sh", config, wdir)).isEqualTo(DONE);

            assertThat(wdir).doesNotExist();
            assertThat(real.hypervisor.find(capsule)).isEmpty();
            assertThat(run("query_vm_status_script.sh", config, wdir)).startsWith("5 error: This host has no capsule");
        }
    }

    /** Exit code, and everything it said. */
    private static String run(String script, String config, Path wdir, String... more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(SCRIPTS.resolve(script).toString(), "--config", config, "--wdir", wdir.toString() + "/"));
        command.addAll(List.of(more));
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        LOG.atInfo().log("{} took {} ms: {} {}", script, (System.nanoTime() - begun) / 1_000_000, status, said);
        return status + " " + said;
    }

    private String config(RealHost real) throws IOException {
        Path secret = Files.writeString(
                directory.resolve("secret"), Base64.getEncoder().encodeToString(new byte[32]));
        return Files.writeString(directory.resolve("agent.yaml"), """
                host: {name: h1, address: 127.0.0.1}
                bus: {host: 127.0.0.1, routers: ["127.0.0.1:5703"]}
                router.command-keys: [%1$s]
                secrets.key-file: %1$s
                storage.directory: %2$s
                vnc.listen: 127.0.0.1
                network: {name: dct0, bridge: dct0, guests: %3$s, address: 127.0.0.1, policies: %4$s}
                """.formatted(
                                secret,
                                real.folder,
                                real.guests,
                                Path.of("../deploy/policies").toAbsolutePath().normalize()))
                .toString();
    }
}
