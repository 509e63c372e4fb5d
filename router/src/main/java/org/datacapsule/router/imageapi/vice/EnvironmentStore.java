package org.datacapsule.router.imageapi.vice;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.router.database.Tx;
import org.jspecify.annotations.Nullable;

/** Rows of environments. What is written of credentials is sealed, and nothing here reads it. */
final class EnvironmentStore {
    private final SecretBox box;

    EnvironmentStore(SecretBox box) {
        this.box = box;
    }

    void insert(Tx tx, Environment environment, Optional<String> credentials) throws InterruptedException {
        String sql = """
                insert into vice_environment (id, owner, title, runtime, management, credentials)
                values ($1, $2, $3, $4, $5, $6)
                """;
        tx.update(
                sql,
                Tuple.of(
                        environment.id(),
                        environment.owner(),
                        environment.title().orElse(null),
                        text(environment.runtime()),
                        text(environment.management()),
                        sealed(environment.id(), credentials)));
    }

    /** Credentials that are not given stay as they are: who changes the rest has never seen them. */
    void update(Tx tx, Environment environment, Optional<String> credentials) throws InterruptedException {
        String sql = """
                update vice_environment
                set title = $2, runtime = $3, management = $4, credentials = coalesce($5, credentials)
                where id = $1
                """;
        tx.update(
                sql,
                Tuple.of(
                        environment.id(),
                        environment.title().orElse(null),
                        text(environment.runtime()),
                        text(environment.management()),
                        sealed(environment.id(), credentials)));
    }

    void delete(Tx tx, UUID id) throws InterruptedException {
        tx.update("delete from vice_environment where id = $1", Tuple.of(id));
    }

    /** This cluster is found too. */
    Optional<Environment> find(Tx tx, UUID id) throws InterruptedException {
        if (Environment.OURS.id().equals(id)) {
            return Optional.of(Environment.OURS);
        }
        return tx.first(
                "select id, owner, title, runtime, management from vice_environment where id = $1",
                Tuple.of(id),
                EnvironmentStore::environment);
    }

    List<Environment> of(Tx tx, String owner) throws InterruptedException {
        String sql = """
                select id, owner, title, runtime, management from vice_environment where owner = $1
                order by created_at, id
                """;
        return tx.list(sql, Tuple.of(owner), EnvironmentStore::environment);
    }

    private @Nullable Buffer sealed(UUID id, Optional<String> credentials) {
        return credentials
                .map(text -> Buffer.buffer(box.seal(text, "vice-environment/" + id + "/credentials")))
                .orElse(null);
    }

    private static @Nullable String text(Optional<Layer> layer) {
        return layer.map(described -> described.json().encode()).orElse(null);
    }

    private static Environment environment(Row row) {
        return new Environment(
                row.getUUID("id"),
                row.getString("owner"),
                Optional.ofNullable(row.getString("title")),
                Optional.ofNullable(row.getString("runtime")).map(Layer::read),
                Optional.ofNullable(row.getString("management")).map(Layer::read));
    }
}
