package org.datacapsule.common.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.WireJson;

/** Tells an agent which commands are a router's own, for this host, and still current. */
public final class CommandVerifier {
    private final Map<String, PublicKey> trusted;
    private final HostId self;
    private final InstantSource clock;

    /** @param trusted more than one while keys are being changed */
    public CommandVerifier(Collection<PublicKey> trusted, HostId self, InstantSource clock) {
        this.trusted = trusted.stream().collect(Collectors.toUnmodifiableMap(SignedBytes::keyId, key -> key));
        this.self = self;
        this.clock = clock;
    }

    /**
     * The envelope, once the signature, the host and the time are right.
     *
     * @throws ProblemException {@link ErrorCode#HOST_COMMAND_REFUSED}, saying which was not
     */
    public CommandEnvelope verify(SignedCommand command) {
        PublicKey key = trusted.get(command.keyId());
        if (key == null) {
            throw refused("it is signed with a key this host does not trust");
        }
        if (!isSignedBy(key, command)) {
            throw refused("its signature does not fit its content");
        }
        CommandEnvelope envelope = parse(command);
        if (!envelope.host().equals(self)) {
            throw refused("it is for host " + envelope.host() + " and this is " + self);
        }
        if (clock.instant().isAfter(envelope.expires())) {
            throw refused("it expired at " + envelope.expires() + "; are the clocks of router and host in step?");
        }
        return envelope;
    }

    private static boolean isSignedBy(PublicKey key, SignedCommand command) {
        try {
            Signature signature = Signature.getInstance(SignedBytes.ALGORITHM);
            signature.initVerify(key);
            signature.update(SignedBytes.PURPOSE);
            signature.update(command.envelope().getBytes(StandardCharsets.UTF_8));
            return signature.verify(Base64.getDecoder().decode(command.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static CommandEnvelope parse(SignedCommand command) {
        try {
            return WireJson.readStrictly(command.envelope(), CommandEnvelope.class);
        } catch (IllegalArgumentException e) {
            throw refused(
                    "this agent does not understand it (" + e.getMessage() + "); is the agent older than the router?");
        }
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ErrorCode.HOST_COMMAND_REFUSED, "The command was not accepted: " + why + ".");
    }
}
