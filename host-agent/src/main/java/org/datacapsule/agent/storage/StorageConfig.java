package org.datacapsule.agent.storage;

import java.nio.file.Path;

/**
 * Where the capsules' files are.
 *
 * @param capsules one directory a capsule is made in it
 * @param images the cache of image files, each named by its sha256
 * @param qemuGroup numeric group QEMU runs with, as libvirt's capabilities name it; 0 where QEMU runs as root. It may
 *     pass through a capsule's directory and open what is in it; only root may change the directory, so that a QEMU
 *     somebody broke out of cannot put a link where the agent writes.
 */
public record StorageConfig(Path capsules, Path images, int qemuGroup) {
    public StorageConfig {
        capsules = capsules.toAbsolutePath().normalize();
        images = images.toAbsolutePath().normalize();
    }
}
