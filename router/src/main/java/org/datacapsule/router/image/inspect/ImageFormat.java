package org.datacapsule.router.image.inspect;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The formats of disk images that are taken, under the names qemu-img has for them. */
public enum ImageFormat {
    QCOW2,
    RAW,
    /** One file that has its own descriptor: monolithicSparse and streamOptimized. */
    VMDK;

    /** As qemu-img and the API spell it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for anything but a wire name */
    public static ImageFormat parse(String text) {
        return Arrays.stream(values())
                .filter(format -> format.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is none of "
                        + Arrays.stream(values()).map(ImageFormat::wireName).collect(Collectors.joining(", "))));
    }
}
