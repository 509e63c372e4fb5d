package org.datacapsule.router.database;

import java.io.IOException;
import java.nio.file.Files;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date by the numbered files under {@code db/migration}; safe when several routers start at once. */
public final class Migrations {
    private static final int SECONDS_TO_CONNECT = 60;

    private Migrations() {}

    /** @throws FlywayException when Postgres stays away or a file that was applied has been changed */
    public static void apply(DatabaseConfig config) throws IOException {
        String url = "jdbc:postgresql://" + config.host() + ":" + config.port() + "/" + config.name();
        String password = config.passwordFile().isPresent()
                ? Files.readString(config.passwordFile().get()).strip()
                : "";
        Flyway.configure()
                .dataSource(url, config.user(), password)
                .connectRetries(SECONDS_TO_CONNECT)
                .connectRetriesInterval(1)
                .validateMigrationNaming(true)
                .load()
                .migrate();
    }
}
