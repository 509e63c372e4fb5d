package org.datacapsule.router.imageapi.nova;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.router.image.Image;

/** An image of the catalogue with its metadata, in Nova's words. */
record NovaImage(Image image, SortedMap<String, String> metadata) {
    static final String INSTANCE = "instance_uuid";
    static final String TYPE = "image_type";
    private static final String SNAPSHOT = "snapshot";

    NovaImage {
        metadata = Collections.unmodifiableSortedMap(metadata);
    }

    /** @param own what clients keep beside the image; what the catalogue knows stands above it */
    static NovaImage of(Image image, Map<String, String> own) {
        SortedMap<String, String> all = new TreeMap<>(own);
        all.putAll(known(image));
        return new NovaImage(image, all);
    }

    /** Metadata that the catalogue gives: what an image was made from. No client changes it. */
    static Map<String, String> known(Image image) {
        return image.sourceCapsule()
                .map(capsule -> Map.of(INSTANCE, capsule.toString(), TYPE, SNAPSHOT))
                .orElse(Map.of());
    }

    Optional<String> server() {
        return Optional.ofNullable(metadata.get(INSTANCE));
    }

    boolean isGone() {
        return status().equals("DELETED");
    }

    String status() {
        return switch (image.status()) {
            case SHARE_PENDING -> "SAVING";
            case ACTIVE -> "ACTIVE";
            case DELETE_PENDING, DELETED -> "DELETED";
            case ERROR -> "ERROR";
        };
    }

    /** Percent, in the steps that Nova knows. */
    int progress() {
        return switch (image.status()) {
            case SHARE_PENDING -> image.content().isPresent() ? 50 : 25;
            case ACTIVE -> 100;
            case DELETE_PENDING, DELETED, ERROR -> 0;
        };
    }
}
