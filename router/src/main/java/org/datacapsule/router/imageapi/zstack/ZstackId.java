package org.datacapsule.router.imageapi.zstack;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.datacapsule.common.id.ImageId;

/** Ids as ZStack writes them: a UUID's 32 hex digits without dashes. */
final class ZstackId {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    /** The image store of the cluster, which here is the one backup storage there is. */
    static final String BACKUP_STORAGE =
            of(UUID.nameUUIDFromBytes("datacapsule image store".getBytes(StandardCharsets.UTF_8)));

    private ZstackId() {}

    static String of(UUID id) {
        return id.toString().replace("-", "");
    }

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    static Optional<ImageId> image(String text) {
        if (!isOne(text)) {
            return Optional.empty();
        }
        return Optional.of(ImageId.parse(text.substring(0, 8) + "-" + text.substring(8, 12) + "-"
                + text.substring(12, 16) + "-" + text.substring(16, 20) + "-" + text.substring(20)));
    }
}
