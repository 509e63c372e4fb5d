package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** An Ed25519 key in a file of one's own, which stands in for an identity provider on a developer's machine. */
final class DevelopmentKey {
    private static final int KEY_BYTES = 32;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final JsonObject key;

    private DevelopmentKey(JsonObject key) {
        this.key = key;
    }

    static DevelopmentKey openOrCreate(Path file) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        return open(file);
    }

    private static DevelopmentKey open(Path file) throws IOException {
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException(file + " can be read by others, and who reads it can be anybody; chmod 600 it");
        }
        try {
            JsonObject key = new JsonObject(Buffer.buffer(Files.readAllBytes(file)));
            if (!"Ed25519".equals(key.getString("crv")) || key.getString("d") == null || key.getString("x") == null) {
                throw new IOException(file + " is not an Ed25519 key as JWK; remove it to have a new one made");
            }
            return new DevelopmentKey(key);
        } catch (DecodeException | ClassCastException e) {
            throw new IOException(file + " is not a JWK; remove it to have a new one made", e);
        }
    }

    /** Two programs may start at once: the file appears whole, and the first one stays. */
    private static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no place for a key");
        }
        Files.createDirectories(folder);
        Path whole = Files.createTempFile(
                folder, "development-key", ".tmp", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            Files.writeString(whole, generate().encodePrettily() + "\n");
            Files.createLink(file, whole);
        } catch (FileAlreadyExistsException e) {
            // The other program's key is as good as ours.
        } finally {
            Files.delete(whole);
        }
    }

    private static JsonObject generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] publicKey = lastBytes(pair.getPublic().getEncoded());
            String x = base64(publicKey);
            return new JsonObject()
                    .put("kty", "OKP")
                    .put("crv", "Ed25519")
                    .put("alg", "EdDSA")
                    .put("use", "sig")
                    .put("kid", "development-" + x.substring(0, 8))
                    .put("x", x)
                    .put(
                            "d",
                            base64(((EdECPrivateKey) pair.getPrivate())
                                    .getBytes()
                                    .orElseThrow()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no Ed25519", e);
        }
    }

    /** The public half, as an identity provider would publish it. */
    JsonObject asKeySet() {
        JsonObject half = key.copy();
        half.remove("d");
        return new JsonObject().put("keys", new JsonArray().add(half));
    }

    String sign(JsonObject claims) {
        JsonObject header =
                new JsonObject().put("alg", "EdDSA").put("typ", "JWT").put("kid", key.getString("kid"));
        String input = base64(header.toBuffer().getBytes()) + "."
                + base64(claims.toBuffer().getBytes());
        try {
            byte[] seed = Base64.getUrlDecoder().decode(key.getString("d"));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the development key cannot sign", e);
        }
    }

    /** An encoded Ed25519 public key ends with the key itself. */
    private static byte[] lastBytes(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
