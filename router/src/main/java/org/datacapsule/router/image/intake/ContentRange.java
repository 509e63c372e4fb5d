package org.datacapsule.router.image.intake;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.router.http.IncomingBody;
import org.datacapsule.router.http.Parameters;

/** Which part of a file a request brings (RFC 9110, section 14.5), by its Content-Range and Content-Length. */
final class ContentRange {
    private static final String HEADER = "Content-Range";
    private static final Pattern FORM = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private ContentRange() {}

    static ReceiveUpload.Part part(IncomingBody body) {
        Optional<String> header = body.contentRange();
        if (header.isEmpty()) {
            return ReceiveUpload.Part.whole(body.length());
        }
        Matcher range = FORM.matcher(header.get().strip());
        if (!range.matches()) {
            throw Parameters.invalid(HEADER, "must be such as \"bytes 0-1048575/2147483648\"");
        }
        long first = Long.parseLong(range.group(1));
        long last = Long.parseLong(range.group(2));
        OptionalLong total =
                range.group(3).equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(range.group(3)));
        if (last < first || (total.isPresent() && last >= total.getAsLong())) {
            throw Parameters.invalid(HEADER, "ends before it begins, or behind the end of the file");
        }
        long length = last - first + 1;
        if (body.length().isPresent() && body.length().getAsLong() != length) {
            throw Parameters.invalid(
                    HEADER,
                    "is of " + length + " bytes, and the body has "
                            + body.length().getAsLong());
        }
        return new ReceiveUpload.Part(OptionalLong.of(first), OptionalLong.of(length), total);
    }
}
