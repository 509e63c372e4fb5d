package org.datacapsule.router.http;

import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** A request's body as the names and values it has, whichever of the content types of the contract it is in. */
final class RequestBody {
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);

    private RequestBody() {}

    /** An empty body needs no content type. */
    static List<Given> parse(Optional<String> contentType, byte[] body) {
        if (body.length == 0) {
            return List.of();
        }
        String type = contentType.orElse("");
        String bare = bare(type);
        if (!isUtf8(type)) {
            throw unsupported("The body's charset must be UTF-8.");
        }
        return switch (bare) {
            case "application/x-www-form-urlencoded" -> FormEncoding.parse(body, Location.BODY);
            case "application/json" -> JsonBody.parse(body);
            case "multipart/form-data" -> MultipartBody.parse(type, body);
            default ->
                throw unsupported("The body's content type is " + (bare.isEmpty() ? "missing" : ShownValue.of(bare))
                        + "; it must be application/x-www-form-urlencoded, application/json or multipart/form-data.");
        };
    }

    /** A body that its endpoint reads as it arrives. */
    static IncomingBody incoming(HttpServerRequest request, InputStream content) {
        return new IncomingBody(
                bare(Optional.ofNullable(request.getHeader("Content-Type")).orElse("")),
                length(request),
                Optional.ofNullable(request.getHeader("Content-Range")),
                content);
    }

    private static OptionalLong length(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length.strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static String bare(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isUtf8(String contentType) {
        Matcher charset = CHARSET.matcher(contentType);
        if (!charset.find()) {
            return true;
        }
        String name = charset.group(1).toLowerCase(Locale.ROOT);
        return name.equals("utf-8") || name.equals("utf8") || name.equals("us-ascii");
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(ErrorCode.REQUEST_UNSUPPORTED_MEDIA_TYPE, detail);
    }
}
