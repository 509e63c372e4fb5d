package org.datacapsule.router.image;

import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;

/**
 * An image of the catalogue.
 *
 * @param content what its file is known by; an active image has it, one that is being made does not yet
 * @param path its file on the hosts; none while no host has it
 * @param sourceCapsule the capsule it was made from, if it was made from one
 * @param error what went wrong with it
 */
public record Image(
        ImageId id,
        String name,
        String description,
        boolean isPublic,
        String owner,
        ImageStatus status,
        Optional<Sha256> content,
        OptionalLong sizeBytes,
        Optional<String> path,
        Optional<String> loginUserName,
        Optional<UUID> sourceCapsule,
        Optional<String> error,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt) {

    boolean isVisibleTo(String user) {
        return isPublic || owner.equals(user);
    }
}
