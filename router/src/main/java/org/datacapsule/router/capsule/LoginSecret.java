package org.datacapsule.router.capsule;

import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.secret.SecretBox;

/** A capsule's login password, sealed for its row. */
public final class LoginSecret {
    private final SecretBox box;

    public LoginSecret(SecretBox box) {
        this.box = box;
    }

    byte[] seal(CapsuleId capsule, String password) {
        return box.seal(password, place(capsule));
    }

    public String open(CapsuleId capsule, byte[] sealed) {
        return box.open(sealed, place(capsule));
    }

    private static String place(CapsuleId capsule) {
        return "capsule/" + capsule + "/login";
    }
}
