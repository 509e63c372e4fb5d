package org.datacapsule.router.image;

import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;

/** An image about to be registered; active at once, because the hosts have its file. */
record NewImage(
        ImageId id,
        String name,
        String description,
        boolean isPublic,
        String owner,
        Sha256 content,
        OptionalLong sizeBytes,
        Optional<String> loginUserName) {}
