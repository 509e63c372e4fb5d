package org.datacapsule.router.capsule;

import java.security.SecureRandom;
import java.util.Base64;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.router.database.Tx;

/**
 * Capsules' secure volumes: the key and size of each, fixed at its capsule's first launch, when the host makes it. Keys are
 * sealed for their row, and opened only for a command to the host; no answer and no log has them.
 */
public final class SecureVolumes {
    private static final int KEY_BYTES = 32;

    private final CapsuleStore capsules;
    private final SecretBox box;
    private final SecureModeConfig config;
    private final SecureRandom random = new SecureRandom();

    public SecureVolumes(CapsuleStore capsules, SecretBox box, SecureModeConfig config) {
        this.capsules = capsules;
        this.box = box;
        this.config = config;
    }

    /** Gives a capsule whose row is locked a volume, unless it has one. */
    void giveOne(Tx tx, CapsuleId capsule) throws InterruptedException {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        String text = Base64.getEncoder().encodeToString(key);
        capsules.keepVolume(tx, capsule, box.seal(text, place(capsule)), config.volumeMb());
    }

    /** A volume out of its capsule's row. */
    public SecureVolume open(CapsuleId capsule, byte[] sealedKey, int sizeMb) {
        return new SecureVolume(sizeMb, box.open(sealedKey, place(capsule)));
    }

    private static String place(CapsuleId capsule) {
        return "capsule/" + capsule + "/secure-volume";
    }
}
