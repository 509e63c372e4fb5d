package org.datacapsule.router.http;

import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request's body that is too large for memory, read as it arrives.
 *
 * @param contentType as the client has it, without parameters and in lower case; empty where it says none
 * @param length what {@code Content-Length} says, where the client knows it before
 * @param contentRange {@code Content-Range}, unread
 * @param content blocks until there is more; throws when the client goes away before the end
 */
public record IncomingBody(
        String contentType, OptionalLong length, Optional<String> contentRange, InputStream content) {}
