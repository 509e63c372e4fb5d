package org.datacapsule.router.image.intake;

import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.image.inspect.ImageFormat;

/**
 * A file on its way to be an image.
 *
 * @param id the image's, too; the image is there, without content, until this fails
 * @param source where it is fetched from; none: it is uploaded
 * @param format as its sender says; none: its first bytes tell
 * @param sizeBytes of the file; of an import unknown until its source has said it
 * @param sha256 of the file as it comes, where its sender says it
 * @param received bytes that are held for good
 * @param error why it failed
 * @param expiresAt when it fails if the file is not whole by then
 */
public record Intake(
        ImageId id,
        String name,
        String owner,
        Optional<URI> source,
        Optional<ImageFormat> format,
        OptionalLong sizeBytes,
        Optional<Sha256> sha256,
        long received,
        IntakeState state,
        Optional<Problem> error,
        OffsetDateTime createdAt,
        OffsetDateTime expiresAt) {

    public boolean isImport() {
        return source.isPresent();
    }
}
