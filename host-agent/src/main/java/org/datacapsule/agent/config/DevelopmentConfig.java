package org.datacapsule.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.Sha256;

/**
 * What only a developer's machine may have.
 *
 * @param haltFile names the steps at which the process dies
 * @param simulatedImages content a simulated host says it has
 */
public record DevelopmentConfig(boolean allowed, Optional<Path> haltFile, Set<Sha256> simulatedImages) {
    public DevelopmentConfig {
        simulatedImages = Set.copyOf(simulatedImages);
    }

    static DevelopmentConfig from(Settings settings) {
        boolean allowed = settings.flag(
                "development", "allows what no production host may do: simulation and fault injection", false);
        Optional<String> haltFile = settings.optional(
                "fault-injection.halt-file",
                "file with names of steps, one a line, such as launch.domain-started, or stop/command.verified where it is the step"
                        + " of a stop only; the process dies once commands of as many capsules wait at them");
        Set<Sha256> images =
                settings
                        .list("simulated.images", "sha256 of the images a simulated host says it has", List.of())
                        .stream()
                        .flatMap(text -> parsed(settings, "simulated.images", text, Sha256::new).stream())
                        .collect(Collectors.toUnmodifiableSet());
        if (haltFile.isPresent() && !allowed) {
            settings.reject("fault-injection.halt-file is set, and development is not true");
        }
        return new DevelopmentConfig(
                allowed,
                haltFile.flatMap(text -> parsed(settings, "fault-injection.halt-file", text, Path::of)),
                images);
    }

    private static <T> Optional<T> parsed(Settings settings, String key, String text, Function<String, T> parse) {
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException e) {
            settings.reject(key + " is \"" + text + "\": " + e.getMessage());
            return Optional.empty();
        }
    }
}
