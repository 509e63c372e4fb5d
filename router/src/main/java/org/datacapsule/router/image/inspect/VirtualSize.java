package org.datacapsule.router.image.inspect;

import org.datacapsule.common.error.ErrorCode;

/** How large the disk is that a guest would see. */
final class VirtualSize {
    private static final long GIB = 1L << 30;

    private VirtualSize() {}

    /** @param bytes as a file says, so anything; read as unsigned */
    static void require(long bytes, long most) throws RefusedImageException {
        if (bytes == 0) {
            throw new RefusedImageException("The image's disk has no bytes.");
        }
        if (Long.compareUnsigned(bytes, most) > 0) {
            throw new RefusedImageException(
                    ErrorCode.IMAGE_TOO_LARGE,
                    "The image's disk would have " + Long.toUnsignedString(Long.divideUnsigned(bytes, GIB))
                            + " GiB; at most " + most / GIB + " GiB are taken.");
        }
    }
}
