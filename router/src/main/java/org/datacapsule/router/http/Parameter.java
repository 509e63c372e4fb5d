package org.datacapsule.router.http;

import java.util.Set;

/**
 * One parameter of an operation, as the contract has it.
 *
 * @param name the canonical name
 * @param spellings every name it is known by, the canonical one included, in lower case
 */
record Parameter(
        String name, Set<String> spellings, Set<Location> locations, boolean required, ParameterSchema schema) {
    Parameter {
        spellings = Set.copyOf(spellings);
        locations = Set.copyOf(locations);
    }
}
