package org.datacapsule.agent.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.datacapsule.common.id.CapsuleId;

/** The working directories of this host's capsules: one each, in one directory, named by the capsule. */
record WorkingDirectories(Path capsules) {

    /**
     * The capsule whose working directory this is, or would be.
     *
     * @throws RefusedException when it is nowhere a capsule's directory can be
     */
    CapsuleId capsule(String directory) {
        try {
            Path path = Path.of(directory);
            Path parent = path.getParent();
            if (!path.isAbsolute() || parent == null || !isCapsules(parent) || Files.isSymbolicLink(path)) {
                throw refused(directory);
            }
            return CapsuleId.parse(path.getFileName().toString());
        } catch (InvalidPathException e) {
            throw refused(directory);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.BAD_DIRECTORY,
                    "The last part of --wdir must be the capsule's uuid, such as "
                            + "2f1c0a9e-5d0f-4c6b-9d7a-0a51c2c3e4f5: " + directory);
        }
    }

    private boolean isCapsules(Path parent) {
        try {
            return Files.isSameFile(parent, capsules);
        } catch (IOException e) {
            return false;
        }
    }

    private RefusedException refused(String directory) {
        return new RefusedException(
                Refusal.BAD_DIRECTORY,
                "--wdir must be a capsule's directory in the configured storage, " + capsules + "/UUID, and not "
                        + directory);
    }
}
