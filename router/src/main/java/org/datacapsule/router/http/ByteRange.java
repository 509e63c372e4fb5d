package org.datacapsule.router.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** The part of a file that a request asks for (RFC 9110, section 14); several parts at once are not served. */
record ByteRange(long offset, long length) {
    private static final Pattern ONE = Pattern.compile("bytes\\s*=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})");

    /**
     * @param header {@code Range}; what cannot be read is as good as none, and so is one of an empty file
     * @param condition {@code If-Range}: the tag the client has a part of
     * @throws ProblemException where the file has no such part
     */
    static Optional<ByteRange> of(Optional<String> header, Optional<String> condition, long size, String tag) {
        if (header.isEmpty()
                || size == 0
                || condition.filter(has -> !has.equals(tag)).isPresent()) {
            return Optional.empty();
        }
        Matcher range = ONE.matcher(header.get().strip());
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (range.group(1).isEmpty()) {
            long last = Math.min(Long.parseLong(range.group(2)), size);
            return Optional.of(between(size - last, size - 1, size));
        }
        long first = Long.parseLong(range.group(1));
        long end = range.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(range.group(2)), size - 1);
        return first > end && first < size ? Optional.empty() : Optional.of(between(first, end, size));
    }

    private static ByteRange between(long first, long last, long size) {
        if (first >= size) {
            throw new ProblemException(
                    ErrorCode.REQUEST_RANGE_NOT_SATISFIABLE, "The file has " + size + " bytes; ask for some of these.");
        }
        return new ByteRange(first, last - first + 1);
    }
}
