package org.datacapsule.router.image.intake;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.image.source.Origin;

/**
 * What files of images are taken.
 *
 * @param mostBytes of a file, and of the image made of it
 * @param mostVirtualBytes of the disk a guest would see
 * @param uploadLife how long an upload waits for its next part
 * @param importLife how long an import may take
 * @param checkLimit for each look at a file
 * @param origins where imports may come from; none: there are no imports
 * @param authorities what their certificates are checked against; none: what the JDK trusts
 */
public record IntakeConfig(
        long mostBytes,
        long mostVirtualBytes,
        Duration uploadLife,
        Duration importLife,
        Duration checkLimit,
        List<Origin> origins,
        Optional<Path> authorities) {
    private static final long GIB = 1L << 30;
    private static final int MOST_GIB = 1 << 16;

    public IntakeConfig {
        origins = List.copyOf(origins);
    }

    public static IntakeConfig from(Settings settings) {
        return new IntakeConfig(
                settings.integer(
                                "images.max-upload-gb",
                                "GiB that the file of an image may have, however it comes",
                                32,
                                1,
                                MOST_GIB)
                        * GIB,
                settings.integer(
                                "images.max-virtual-gb",
                                "GiB that the disk may have which a guest sees",
                                100,
                                1,
                                MOST_GIB)
                        * GIB,
                settings.duration(
                        "images.upload-life", "How long an upload waits for its next part", Duration.ofHours(24)),
                settings.duration("images.import-life", "How long an import may take", Duration.ofHours(6)),
                settings.duration(
                        "images.check-limit",
                        "How long qemu-img may look at a file, and how long it may convert one",
                        Duration.ofMinutes(30)),
                settings.parsed(
                        "images.import-origins",
                        "Where images may be imported from, such as https://cloud.example.org: scheme, name and port, each"
                                + " exactly. Names must lead to public addresses; a private one is listed by its address."
                                + " None: there are no imports",
                        "",
                        Origin::parseAll),
                settings.optional(
                                "images.import-authorities-file",
                                "File with certificates in PEM that those of https origins are checked against, instead of"
                                        + " those that the JDK trusts")
                        .map(Path::of));
    }
}
