package org.datacapsule.router.http;

import java.util.Map;

/**
 * A request that looks wrong and is right.
 *
 * @param operation what it asks for
 * @param parameters what the endpoint must see, among others
 */
public record OddInput(String name, RawRequest request, String operation, Map<String, Object> parameters) {

    @Override
    public String toString() {
        return name;
    }
}
