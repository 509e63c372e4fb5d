package org.datacapsule.router.image;

import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;

/** An image of the catalogue. */
public record Image(
        ImageId id,
        String name,
        String description,
        boolean isPublic,
        String owner,
        String status,
        Sha256 content,
        OptionalLong sizeBytes,
        Optional<String> loginUserName,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt) {}
