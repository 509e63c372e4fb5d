package org.datacapsule.agent.storage;

import java.nio.file.Path;

/** How QEMU's programs read lists of options. */
final class QemuOptions {
    private QemuOptions() {}

    /** A comma is said by two. */
    static String escaped(Path file) {
        return file.toString().replace(",", ",,");
    }
}
