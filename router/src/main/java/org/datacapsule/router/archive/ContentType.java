package org.datacapsule.router.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MimeTypes;

/** Says what a file is by its first bytes; its name, which the guest chose, is not asked. */
final class ContentType {
    /** As far into a file as is looked. */
    static final int PREFIX = 8 * 1024;

    private static final String EMPTY = "application/x-empty";
    private static final MimeTypes TYPES = MimeTypes.getDefaultMimeTypes();

    private ContentType() {}

    static String of(byte[] prefix) {
        if (prefix.length == 0) {
            return EMPTY;
        }
        try {
            return TYPES.detect(new ByteArrayInputStream(prefix), new Metadata())
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory are always readable", e);
        }
    }
}
