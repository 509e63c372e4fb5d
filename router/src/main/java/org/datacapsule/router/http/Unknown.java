package org.datacapsule.router.http;

/**
 * A request of which it is not known whose it is.
 *
 * @param operation the contract's name of what was asked
 * @param clientAddress where the connection comes from, the load balancer's address behind one
 */
public record Unknown(String operation, String clientAddress, String requestId) {}
