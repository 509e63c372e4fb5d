package org.datacapsule.router.image.inspect;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header of a VMDK and its descriptor say (VMware's "Virtual Disk Format 1.1", and block/vmdk.c of QEMU) that
 * decides whether it can stand alone. A descriptor that stands elsewhere or names other files is refused.
 */
final class VmdkHeader {
    static final String MAGIC = "KDMV";
    /** A descriptor without data: the disk is in other files. */
    static final String DESCRIPTOR_MAGIC = "# Disk DescriptorFile";

    private static final long SECTOR = 512;
    private static final long MOST_SECTORS = Long.MAX_VALUE / SECTOR;
    private static final int LONGEST_DESCRIPTOR = 64 * 1024;
    private static final String NO_PARENT = "ffffffff";
    private static final Pattern PARENT =
            Pattern.compile("^\\s*parentCID\\s*=\\s*(\\w*)", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern PARENT_NAME =
            Pattern.compile("^\\s*parentFileNameHint", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern KIND =
            Pattern.compile("^\\s*createType\\s*=\\s*\"([^\"]*)\"", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);
    private static final Pattern EXTENT =
            Pattern.compile("^\\s*(RW|RDONLY|NOACCESS)\\s+\\d+\\s+(\\w+)", Pattern.MULTILINE);

    private VmdkHeader() {}

    static void check(FileHeader header, long mostVirtualBytes) throws IOException, RefusedImageException {
        long sectors = header.littleLong(12);
        if (sectors <= 0) {
            // QEMU then takes the descriptor for a list of other files.
            throw new RefusedImageException("The VMDK has no disk of its own; export it as streamOptimized.");
        }
        VirtualSize.require(Math.min(sectors, MOST_SECTORS) * SECTOR, mostVirtualBytes);
        String descriptor = descriptor(header);
        Matcher kind = KIND.matcher(descriptor);
        if (!kind.find()) {
            throw new RefusedImageException("The VMDK has no descriptor inside; export it as streamOptimized.");
        }
        if (!kind.group(1).equals("monolithicSparse") && !kind.group(1).equals("streamOptimized")) {
            throw other();
        }
        Matcher extents = EXTENT.matcher(descriptor);
        int count = 0;
        while (extents.find()) {
            count++;
            if (!extents.group(2).equals("SPARSE")) {
                throw other();
            }
        }
        if (count > 1) {
            throw other();
        }
        Matcher parent = PARENT.matcher(descriptor);
        if (PARENT_NAME.matcher(descriptor).find()
                || (parent.find() && !parent.group(1).equals(NO_PARENT))) {
            throw new RefusedImageException(
                    "The VMDK is based on a parent, which is not taken; make it stand alone with qemu-img convert.");
        }
    }

    private static String descriptor(FileHeader header) throws IOException {
        long at = header.littleLong(28);
        long length = header.littleLong(36);
        if (at <= 0 || length <= 0 || at > MOST_SECTORS || length > MOST_SECTORS) {
            return "";
        }
        String text = header.latin(at * SECTOR, (int) Math.min(length * SECTOR, LONGEST_DESCRIPTOR));
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static RefusedImageException other() {
        return new RefusedImageException(
                "The VMDK is of a kind that is not taken; export it as streamOptimized or monolithicSparse.");
    }
}
