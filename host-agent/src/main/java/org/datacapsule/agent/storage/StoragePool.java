package org.datacapsule.agent.storage;

import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;

/**
 * Storage that several hosts have mounted. Each has a directory of its own in it, named after it, and none touches another's
 * but to take over a capsule of a host that is fenced.
 *
 * @param name the same at all hosts that have it
 * @param directory where it is mounted
 * @param host this one
 */
public record StoragePool(String name, Path directory, HostId host) {
    private static final int LONGEST_NAME = 64;

    public StoragePool {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("a storage pool's name has 1 to " + LONGEST_NAME + " characters");
        }
        directory = directory.toAbsolutePath().normalize();
    }

    static Optional<StoragePool> from(Settings settings, HostId host) {
        Optional<String> name = settings.optional(
                "storage.pool", "name of the storage that this host's capsules lie on and other hosts have too");
        Optional<String> directory =
                settings.optional("storage.pool-directory", "where that storage is mounted on this host");
        if (name.isPresent() != directory.isPresent()) {
            settings.reject("storage.pool and storage.pool-directory: both or neither");
            return Optional.empty();
        }
        try {
            return name.map(it -> new StoragePool(it, Path.of(directory.orElseThrow()), host));
        } catch (IllegalArgumentException e) {
            settings.reject("storage.pool: " + e.getMessage());
            return Optional.empty();
        }
    }

    Path own() {
        return of(host);
    }

    Path of(HostId other) {
        return directory.resolve(other.value());
    }
}
