package org.datacapsule.router.image.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Tells a file's format by its first bytes, and refuses what could never be an image of its own. */
final class HeaderCheck {
    private static final String ASK_FOR_RAW =
            "The file begins like no qcow2 and no VMDK. If it is a raw disk, say format=raw; else convert it with qemu-img.";

    private HeaderCheck() {}

    /** @param said the format its sender gives, if any */
    static ImageFormat check(Path file, Optional<ImageFormat> said, long mostVirtualBytes)
            throws IOException, RefusedImageException {
        return FileHeader.read(file, header -> check(header, said, mostVirtualBytes));
    }

    private static ImageFormat check(FileHeader header, Optional<ImageFormat> said, long mostVirtualBytes)
            throws IOException, RefusedImageException {
        Optional<ImageFormat> looks = looks(header);
        if (said.isPresent() && looks.isPresent() && said.get() != looks.get()) {
            throw new RefusedImageException(
                    "The file is said to be " + said.get().wireName() + ", and begins like a "
                            + looks.get().wireName() + ".");
        }
        if (looks.isEmpty()) {
            if (said.isEmpty()) {
                throw new RefusedImageException(ASK_FOR_RAW);
            }
            if (said.get() != ImageFormat.RAW) {
                throw new RefusedImageException(
                        "The file is said to be " + said.get().wireName()
                                + ", and does not begin like one. If it is a raw disk, say format=raw.");
            }
        }
        ImageFormat format = looks.orElse(ImageFormat.RAW);
        switch (format) {
            case QCOW2 -> Qcow2Header.check(header, mostVirtualBytes);
            case VMDK -> VmdkHeader.check(header, mostVirtualBytes);
            case RAW -> VirtualSize.require(header.fileSize(), mostVirtualBytes);
        }
        return format;
    }

    private static Optional<ImageFormat> looks(FileHeader header) throws RefusedImageException {
        if (header.begins(Qcow2Header.MAGIC)) {
            return Optional.of(ImageFormat.QCOW2);
        }
        if (header.begins(VmdkHeader.MAGIC)) {
            return Optional.of(ImageFormat.VMDK);
        }
        if (header.begins(VmdkHeader.DESCRIPTOR_MAGIC)) {
            throw new RefusedImageException(
                    "The file is a VMDK's descriptor, whose disk is in other files; export it as"
                            + " streamOptimized.");
        }
        return Optional.empty();
    }
}
