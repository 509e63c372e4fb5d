package org.datacapsule.router.image.intake;

import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.image.inspect.ImageFormat;

/**
 * An image that is asked for, and what is known of its file before it comes.
 *
 * @param loginUserName the user to log in as, where the image has one
 * @param format none: the file's first bytes tell; a raw disk must be said to be one
 * @param sizeBytes of an upload; none: all of it comes in one request
 * @param sha256 of the file as it comes; where it is given and another comes, that is refused
 */
public record NewIntake(
        String name,
        String description,
        boolean isPublic,
        Optional<String> loginUserName,
        Optional<ImageFormat> format,
        OptionalLong sizeBytes,
        Optional<Sha256> sha256) {}
