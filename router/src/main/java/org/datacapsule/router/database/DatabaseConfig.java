package org.datacapsule.router.database;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/** Where Postgres is, and as whom. */
public record DatabaseConfig(
        String host, int port, String name, String user, Optional<Path> passwordFile, int connections) {

    public static DatabaseConfig from(Settings settings) {
        Optional<Path> passwordFile = settings.optional(
                        "database.password-file", "File with the password of the database user, on one line")
                .map(Path::of);
        passwordFile
                .filter(file -> !Files.isReadable(file))
                .ifPresent(file -> settings.reject("database.password-file: " + file + " cannot be read"));
        return new DatabaseConfig(
                settings.text("database.host", "Postgres server", "127.0.0.1"),
                settings.integer("database.port", "Postgres port", 5432, 1, 65_535),
                settings.text("database.name", "Database", "datacapsule"),
                settings.text("database.user", "Role that owns the database's tables", "datacapsule"),
                passwordFile,
                settings.integer("database.connections", "Connections of this router at most", 16, 2, 200));
    }
}
