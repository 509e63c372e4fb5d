package org.datacapsule.agent.result;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.common.id.Sha256;

/** What a guest can say on its release channel. A line that is none of these says nothing. */
sealed interface ReleaseLine {
    /** Bytes of an archive in one line, at most. */
    int DATA = 4096;

    /** A transfer begins; one that was not ended is dropped. */
    record Begin(String transfer) implements ReleaseLine {}

    /** The next bytes of the archive. */
    record Data(ByteBuffer bytes) implements ReleaseLine {}

    /** That was all; also said again by a guest that waits for its answer. */
    record End(String transfer, Sha256 sha256) implements ReleaseLine {}

    static Optional<ReleaseLine> parse(String line) {
        if (line.startsWith("d ")) {
            return data(line.substring(2));
        }
        Matcher begin = Forms.BEGIN.matcher(line);
        if (begin.matches()) {
            return Optional.of(new Begin(begin.group(1)));
        }
        Matcher end = Forms.END.matcher(line);
        return end.matches() ? Optional.of(new End(end.group(1), new Sha256(end.group(2)))) : Optional.empty();
    }

    private static Optional<ReleaseLine> data(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length == 0 || bytes.length > DATA
                    ? Optional.empty()
                    : Optional.of(new Data(ByteBuffer.wrap(bytes).asReadOnlyBuffer()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Beside the interface, whose fields would be public. */
    final class Forms {
        private static final Pattern BEGIN = Pattern.compile("b ([0-9a-f]{32})");
        private static final Pattern END = Pattern.compile("e ([0-9a-f]{32}) ([0-9a-f]{64})");

        private Forms() {}
    }
}
