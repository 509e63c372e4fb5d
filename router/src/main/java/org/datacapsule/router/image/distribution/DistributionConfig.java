package org.datacapsule.router.image.distribution;

import org.datacapsule.common.config.Settings;

/**
 * The door at which hosts fetch images of this router's store.
 *
 * @param address on the management network; the router's certificate is for its address on the bus
 * @param port 0 for any that is free
 * @param transfers how many there are at a time
 */
public record DistributionConfig(String address, int port, int transfers) {
    private static final int PORT = 5702;

    /** @param busAddress of this router */
    public static DistributionConfig from(Settings settings, String busAddress) {
        return new DistributionConfig(
                settings.text(
                        "images.address",
                        "Address at which hosts fetch images from this router, where it has images.directory; on the"
                                + " management network (bus.host)",
                        busAddress),
                settings.integer("images.port", "TCP port of it; 0 for any that is free", PORT, 0, 65_535),
                settings.integer("images.transfers", "How many images this router gives at a time", 8, 1, 1000));
    }
}
