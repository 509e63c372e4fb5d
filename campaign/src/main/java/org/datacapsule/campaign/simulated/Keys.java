package org.datacapsule.campaign.simulated;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Map;
import java.util.Random;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.router.RouterConfig;

/** The keys of all simulated fleets; always the same. */
record Keys(KeyPair commands, KeyPair receipts) {

    static Keys make() {
        SeededRandomness.use(new Random(0));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            return new Keys(generator.generateKeyPair(), generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            SeededRandomness.useOthers();
        }
    }

    CommandSigner signer() {
        return new CommandSigner(commands.getPrivate(), commands.getPublic());
    }

    SecretBox secrets() {
        return new SecretBox(new byte[32]);
    }

    /** The configuration of simulated routers: the usual one, but for times that make a run short. */
    static RouterConfig routers(Path directory) throws IOException, ConfigException {
        String unread = Files.writeString(directory.resolve("unread"), "").toString();
        return RouterConfig.from(Settings.of(Map.ofEntries(
                Map.entry("authority.directory", directory.resolve("authority").toString()),
                Map.entry("development", "true"),
                Map.entry("auth.issuer", "simulated"),
                Map.entry("auth.audience", "simulated"),
                Map.entry(
                        "auth.development-key-file",
                        directory.resolve("development-key").toString()),
                Map.entry("commands.signing-key-file", unread),
                Map.entry("commands.signing-public-key-file", unread),
                Map.entry("secrets.key-file", unread),
                Map.entry("results.directory", directory.resolve("results").toString()),
                Map.entry("guests.network", World.GUESTS),
                Map.entry("quota.vcpus", "8"),
                Map.entry("operations.deadline", "5m"),
                Map.entry("operations.migration-deadline", "8m"),
                Map.entry("hosts.lease", "25s"),
                Map.entry("capsules.stop-grace", "20s"))));
    }
}
