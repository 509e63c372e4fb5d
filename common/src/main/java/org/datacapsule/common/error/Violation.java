package org.datacapsule.common.error;

/**
 * One parameter that is not as it should be.
 *
 * @param field the parameter's canonical name
 * @param message what it was and what is allowed, as a sentence for the caller
 */
public record Violation(String field, String message) {}
