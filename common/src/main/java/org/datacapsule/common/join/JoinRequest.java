package org.datacapsule.common.join;

/**
 * What a machine sends that joins.
 *
 * @param asked what it asks for
 * @param proof {@link JoinToken#proof(Asked)}
 */
public record JoinRequest(Asked asked, String proof) {

    /**
     * @param token its id
     * @param host what the machine's configuration calls it
     * @param request PEM, a certificate request for the key reports are signed with
     * @param linkRequest PEM, one for its links to other hosts
     */
    public record Asked(String token, String host, String request, String linkRequest) {}
}
