package org.datacapsule.common.wire;

/**
 * A host asks for new certificates before its own end; the report is signed with the key it has.
 *
 * @param request PEM, a certificate request for the host's new key
 * @param linkRequest PEM, one for its links to other hosts
 */
public record Renewal(String request, String linkRequest) {}
