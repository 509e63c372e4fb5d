package org.datacapsule.router.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.datacapsule.router.io.PrivateFiles;

/** Some of a file's bytes. */
final class FilePart extends FilterInputStream {
    private long left;

    FilePart(Path file, long from, long length) throws IOException {
        super(PrivateFiles.read(file, from));
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = super.read();
        if (read >= 0) {
            left--;
        }
        return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = super.read(into, offset, (int) Math.min(length, left));
        left -= Math.max(read, 0);
        return read;
    }

    /** Who sends it again reads it again. */
    @Override
    public boolean markSupported() {
        return false;
    }
}
