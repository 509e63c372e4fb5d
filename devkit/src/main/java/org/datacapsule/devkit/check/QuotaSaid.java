package org.datacapsule.devkit.check;

/**
 * What the service says of a user's quota.
 *
 * @param limit at this moment; it may have been lowered below what is used
 */
public record QuotaSaid(String user, Use limit, Use used) {}
