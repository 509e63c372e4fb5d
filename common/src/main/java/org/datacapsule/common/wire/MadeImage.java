package org.datacapsule.common.wire;

import org.datacapsule.common.id.Sha256;

/**
 * An image file that a host has made of a capsule's disk, and keeps among its images.
 *
 * @param bytes of the file; 1 or more
 */
public record MadeImage(Sha256 image, long bytes) {}
