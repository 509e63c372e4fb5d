package org.datacapsule.common.join;

import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.WireJson;

/**
 * What a router answers to a machine that joins.
 *
 * @param enrolment the JSON of an {@link Enrolment}, of which exactly these characters are proven
 * @param proof {@link JoinToken#proof(JoinRequest.Asked, String)}
 */
public record JoinAnswer(String enrolment, String proof) {

    /**
     * The enrolment, once it is certain that it comes from who made the token.
     *
     * @throws IllegalArgumentException saying what is not as the token has it
     */
    public Enrolment open(JoinToken token, JoinRequest.Asked asked) {
        if (!JoinToken.same(proof, token.proof(asked, enrolment))) {
            throw new IllegalArgumentException(
                    "the answer does not come from a router that knows the token; is the address right?");
        }
        Enrolment opened = WireJson.read(enrolment, Enrolment.class);
        String fingerprint = Certificates.fingerprint(Certificates.parse(opened.authority()));
        if (!fingerprint.equals(token.fingerprint())) {
            throw new IllegalArgumentException("the routers' authority is " + fingerprint + ", and the token is for "
                    + token.fingerprint() + "; ask for a new token");
        }
        return opened;
    }
}
