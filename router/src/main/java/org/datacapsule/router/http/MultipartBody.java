package org.datacapsule.router.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** Reads {@code multipart/form-data} that has no files, in memory. */
final class MultipartBody {
    private static final int MOST_FIELDS = 128;
    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary\\s*=\\s*\"?([^\";\\s]+)", Pattern.CASE_INSENSITIVE);

    private MultipartBody() {}

    static List<Given> parse(String contentType, byte[] body) {
        requireWhole(contentType, body);
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/", Unpooled.wrappedBuffer(body));
        request.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        try {
            HttpPostMultipartRequestDecoder decoder = new HttpPostMultipartRequestDecoder(
                    new DefaultHttpDataFactory(false), request, StandardCharsets.UTF_8, MOST_FIELDS, body.length + 1);
            try {
                return fields(decoder);
            } finally {
                decoder.destroy();
            }
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException e) {
            // Netty's decoder throws whatever it trips over.
            throw malformed("The body is not valid multipart/form-data.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            request.release();
        }
    }

    private static List<Given> fields(HttpPostMultipartRequestDecoder decoder) throws IOException {
        List<Given> found = new ArrayList<>();
        for (InterfaceHttpData part : decoder.getBodyHttpDatas()) {
            if (!(part instanceof Attribute field)) {
                throw malformed("The body has a file, " + ShownValue.of(part.getName()) + "; files are not taken.");
            }
            found.add(Given.text(field.getName(), Location.BODY, UnicodeText.decode(field.get())));
        }
        return found;
    }

    /** Netty takes a body that ends early for one that has fewer fields. */
    private static void requireWhole(String contentType, byte[] body) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()
                || !new String(body, StandardCharsets.ISO_8859_1).contains("--" + boundary.group(1) + "--")) {
            throw malformed("The body is not valid multipart/form-data: its last boundary is missing.");
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ErrorCode.REQUEST_MALFORMED, detail);
    }
}
