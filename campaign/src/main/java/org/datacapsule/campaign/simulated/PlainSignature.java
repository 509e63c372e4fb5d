package org.datacapsule.campaign.simulated;

import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SignatureSpi;

/** In place of Ed25519 in a simulation: a hash of what is signed. Nobody forges there, and anybody could. */
public final class PlainSignature extends SignatureSpi {
    private final MessageDigest digest;

    /** @throws NoSuchAlgorithmException never: every JDK has SHA-512, which is as long as such a signature */
    public PlainSignature() throws NoSuchAlgorithmException {
        this.digest = MessageDigest.getInstance("SHA-512");
    }

    @Override
    protected void engineInitVerify(PublicKey key) {
        digest.reset();
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
        digest.reset();
    }

    @Override
    protected void engineUpdate(byte one) {
        digest.update(one);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() {
        return digest.digest();
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
        return MessageDigest.isEqual(signature, digest.digest());
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new InvalidParameterException(name);
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new InvalidParameterException(name);
    }
}
