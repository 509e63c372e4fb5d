package org.datacapsule.router.image.inspect;

/**
 * What the header of a qcow2 says (docs/interop/qcow2.txt of QEMU) that decides whether it can stand alone. Everything is
 * refused that would make QEMU open another file.
 */
final class Qcow2Header {
    static final String MAGIC = "QFI\u00fb";

    private static final int LEAST_BYTES = 72;
    private static final int OF_VERSION_3 = 104;
    /** Incompatible features: a flag that it was not closed, one that it is damaged, ... */
    private static final long DAMAGED = 1L << 1;

    private static final long EXTERNAL_DATA = 1L << 2;
    /** Dirty, damaged, external data, the compression's kind, extended L2 entries: what we know the meaning of. */
    private static final long KNOWN = 0b11111;

    private Qcow2Header() {}

    static void check(FileHeader header, long mostVirtualBytes) throws java.io.IOException, RefusedImageException {
        int version = header.bigInt(4);
        if (version != 2 && version != 3) {
            throw new RefusedImageException("The qcow2 has version " + Integer.toUnsignedString(version)
                    + "; 2 and 3 are taken. Convert it with qemu-img convert.");
        }
        if (header.fileSize() < (version == 2 ? LEAST_BYTES : OF_VERSION_3)) {
            throw new RefusedImageException("The file ends within its header; send all of it.");
        }
        if (header.bigLong(8) != 0 || header.bigInt(16) != 0) {
            throw new RefusedImageException(
                    "The qcow2 has a backing file, which is not taken; make it stand alone with qemu-img convert.");
        }
        if (header.bigInt(32) != 0) {
            throw new RefusedImageException(
                    "The qcow2 is encrypted, so no host could read it; decrypt it with qemu-img convert.");
        }
        if (header.bigInt(60) != 0) {
            throw new RefusedImageException(
                    "The qcow2 has snapshots inside, which may hold the memory of a machine; leave"
                            + " them out with qemu-img convert.");
        }
        if (version == 3) {
            checkFeatures(header.bigLong(72));
        }
        VirtualSize.require(header.bigLong(24), mostVirtualBytes);
    }

    private static void checkFeatures(long features) throws RefusedImageException {
        if ((features & EXTERNAL_DATA) != 0) {
            throw new RefusedImageException(
                    "The qcow2 keeps its data in another file, which is not taken; make it stand alone with qemu-img"
                            + " convert.");
        }
        if ((features & DAMAGED) != 0) {
            throw new RefusedImageException("The qcow2 is marked as damaged; repair it with qemu-img check -r all.");
        }
        if ((features & ~KNOWN) != 0) {
            throw new RefusedImageException("The qcow2 needs features that are not known here; convert it with qemu-img"
                    + " convert -o compat=1.1.");
        }
    }
}
