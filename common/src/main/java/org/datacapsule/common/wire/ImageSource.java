package org.datacapsule.common.wire;

/**
 * An image door: where other hosts may fetch images.
 *
 * @param name its certificate is of; a host's, or a router's address on the bus
 * @param address on the management network
 * @param port 1 to 65535
 */
public record ImageSource(String name, String address, int port) {}
