package org.datacapsule.common.wire;

/**
 * Whose certificates are not good any more, though their time has not come: lists signed by the authorities (CRLs, RFC 5280), both with
 * the same number, which grows.
 *
 * @param members PEM, of the authority of routers and agents
 * @param links PEM, of the authority of links between hosts
 */
public record Revocations(String members, String links) {}
