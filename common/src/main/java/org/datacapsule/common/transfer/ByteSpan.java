package org.datacapsule.common.transfer;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request wants of a file: as the fetching asks, from a byte on or all (RFC 9110, section 14). */
sealed interface ByteSpan {
    Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");

    /** No range, or one that is not understood. */
    record All() implements ByteSpan {}

    /** The file has no such bytes. */
    record Nothing() implements ByteSpan {}

    record Part(long first, long length) implements ByteSpan {
        String header(long size) {
            return "bytes " + first + "-" + (first + length - 1) + "/" + size;
        }
    }

    static ByteSpan asked(Optional<String> header, long size) {
        Matcher range = RANGE.matcher(header.orElse(""));
        if (!range.matches()) {
            return new All();
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(range.group(2)), size - 1);
        return first > last ? new Nothing() : new Part(first, last - first + 1);
    }
}
