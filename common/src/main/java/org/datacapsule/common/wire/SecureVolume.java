package org.datacapsule.common.wire;

/**
 * A capsule's secure volume, as its host makes and attaches it. {@link #toString()} hides the key.
 *
 * @param sizeMb MiB the guest sees; counts only when the volume is made, in the background of the first launch
 * @param key base64 of 32 random bytes, the passphrase of its LUKS header; only routers keep it
 */
public record SecureVolume(int sizeMb, String key) {

    @Override
    public String toString() {
        return "SecureVolume[sizeMb=" + sizeMb + "]";
    }
}
