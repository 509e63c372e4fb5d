package org.datacapsule.router.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.http.Call;

/** Tells whether two requests ask for the same. Passwords are left out: a digest of one at rest could be guessed. */
final class Fingerprint {
    private static final String PASSWORD = "loginpassword";

    private Fingerprint() {}

    static String of(Call call) {
        Map<String, Object> parameters =
                new TreeMap<>(call.parameters().asJson().getMap());
        parameters.remove(PASSWORD);
        String request = call.operation() + WireJson.text(parameters);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
