package org.datacapsule.router.imageapi.vice;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;

/** Rows of deployments; one whose image is deleted is not there any more. */
final class DeploymentStore {
    private static final String DEPLOYMENT = """
            select d.id, d.owner, d.image_id, d.title, d.reference
            from vice_deployment d join image i on i.id = d.image_id and i.status not in ('DELETE_PENDING', 'DELETED')
            """;

    void insert(Tx tx, Deployment deployment) throws InterruptedException {
        String sql = """
                insert into vice_deployment (id, owner, image_id, title, reference) values ($1, $2, $3, $4, $5)
                """;
        tx.update(
                sql,
                Tuple.of(
                        deployment.id(),
                        deployment.owner(),
                        deployment.image().value(),
                        deployment.title().orElse(null),
                        deployment.reference().orElse(null)));
    }

    Optional<Deployment> find(Tx tx, UUID id) throws InterruptedException {
        return tx.first(DEPLOYMENT + "where d.id = $1", Tuple.of(id), DeploymentStore::deployment);
    }

    List<Deployment> of(Tx tx, String owner) throws InterruptedException {
        return tx.list(
                DEPLOYMENT + "where d.owner = $1 order by d.created_at, d.id",
                Tuple.of(owner),
                DeploymentStore::deployment);
    }

    void delete(Tx tx, UUID id) throws InterruptedException {
        tx.update("delete from vice_deployment where id = $1", Tuple.of(id));
    }

    private static Deployment deployment(Row row) {
        return new Deployment(
                row.getUUID("id"),
                row.getString("owner"),
                new ImageId(row.getUUID("image_id")),
                Optional.ofNullable(row.getString("title")),
                Optional.ofNullable(row.getString("reference")));
    }
}
