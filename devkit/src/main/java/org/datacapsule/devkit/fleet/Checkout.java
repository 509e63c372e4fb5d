package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The source tree this runs in, and what was built in it. */
public record Checkout(Path root) {
    private static final String GUEST_RECIPE = "deploy/guest/build";
    private static final String IMAGE_VARIABLE = "TEST_GUEST_IMAGE";
    private static final Duration BUILD_WITHIN = Duration.ofMinutes(5);

    /** The one the working directory lies in. */
    public static Checkout find() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve(GUEST_RECIPE))) {
                return new Checkout(folder);
            }
        }
        throw new IllegalStateException("run this in a checkout of datacapsule");
    }

    Path routerJar() {
        return built("router/target/datacapsule-router.jar");
    }

    Path agentJar() {
        return built("host-agent/target/datacapsule-agent.jar");
    }

    Path policies() {
        return root.resolve("deploy/policies");
    }

    /** The small guest image; built when it is not in the cache. */
    Path guestImage() throws IOException, InterruptedException {
        String prepared = System.getenv(IMAGE_VARIABLE);
        if (prepared != null && !prepared.isBlank()) {
            return Path.of(prepared);
        }
        ShortCommand build = ShortCommand.run(
                BUILD_WITHIN, List.of(root.resolve(GUEST_RECIPE).toString()));
        return Path.of(build.output().strip());
    }

    private Path built(String path) {
        Path jar = root.resolve(path);
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing; type: scripts/mvn -DskipTests package");
        }
        return jar;
    }
}
