package org.datacapsule.router.http;

import java.util.Optional;

/**
 * A request that must be refused, and how; nothing may change because of it.
 *
 * @param field the parameter the refusal must name
 */
public record BadInput(String name, RawRequest request, int status, String code, Optional<String> field) {

    static BadInput field(String name, RawRequest request, String field) {
        return new BadInput(name, request, 400, "request.invalid", Optional.of(field));
    }

    static BadInput of(String name, RawRequest request, int status, String code) {
        return new BadInput(name, request, status, code, Optional.empty());
    }

    @Override
    public String toString() {
        return name;
    }
}
