package org.datacapsule.agent.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.datacapsule.common.config.Settings;

/**
 * Whose commands are obeyed, and what secrets are kept with.
 *
 * @param commandKeys public keys of the routers, in PEM files
 * @param secretKey the key secrets are sealed with on this host
 */
public record TrustConfig(List<Path> commandKeys, Path secretKey) {
    public TrustConfig {
        commandKeys = List.copyOf(commandKeys);
    }

    static TrustConfig from(Settings settings) {
        List<Path> commandKeys = settings
                .list(
                        "router.command-keys",
                        "files with the routers' public keys (PEM, Ed25519); several while keys are being changed",
                        List.of())
                .stream()
                .map(Path::of)
                .toList();
        if (commandKeys.isEmpty()) {
            settings.reject("router.command-keys is empty: without a router's public key no command can be obeyed");
        }
        commandKeys.stream()
                .filter(file -> !Files.isReadable(file))
                .forEach(file -> settings.reject("router.command-keys names " + file + ", which cannot be read"));
        Path secretKey = settings.required(
                "secrets.key-file",
                "file with the key that secrets are sealed with on this host (openssl rand -base64 32)",
                TrustConfig::readable,
                Path.of("/dev/null"));
        return new TrustConfig(commandKeys, secretKey);
    }

    private static Path readable(String text) {
        Path file = Path.of(text);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("the file cannot be read");
        }
        return file;
    }
}
