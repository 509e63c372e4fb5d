package org.datacapsule.agent.image;

import org.datacapsule.common.config.Settings;

/**
 * How this host gets and gives images.
 *
 * @param address of the door at which other hosts fetch them
 * @param port of it; 0 for any that is free
 * @param transfers how many it serves at a time
 * @param cacheGb GiB that images may take; 0 for as many as there is room for
 */
public record ImageConfig(String address, int port, int transfers, int cacheGb) {
    private static final int PORT = 5702;
    private static final long GIB = 1L << 30;

    /** @param busAddress of this host on the management network */
    public static ImageConfig from(Settings settings, String busAddress) {
        return new ImageConfig(
                settings.text(
                        "images.address",
                        "address at which other hosts fetch images of this one; on the management network (bus.host)",
                        busAddress),
                settings.integer("images.port", "TCP port of it; 0 for any that is free", PORT, 0, 65_535),
                settings.integer("images.transfers", "how many images this host gives at a time", 4, 1, 1000),
                settings.integer(
                        "storage.image-cache-gb",
                        "GiB that images may take; beyond it the image goes that was fetched, and was not needed for longest."
                                + " 0 for no limit",
                        0,
                        0,
                        1 << 20));
    }

    /** Bytes that images may take. */
    long cacheBytes() {
        return cacheGb == 0 ? Long.MAX_VALUE : cacheGb * GIB;
    }
}
