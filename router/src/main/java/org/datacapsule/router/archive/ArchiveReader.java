package org.datacapsule.router.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.archive.ArchiveEntry.Kind;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.archive.ArchiveVerdict.Refused;

/**
 * Lists a tar file. It takes what GNU tar, bsdtar, busybox and Python write of plain files and directories, and refuses the
 * rest: links, devices, sparse files, anything between or after the entries that is not zero. It holds one block, one
 * file's first bytes and the listing in memory, and reads every byte once.
 */
public final class ArchiveReader {
    private static final char FILE = '0';
    private static final char OLD_FILE = 0;
    private static final char DIRECTORY = '5';
    private static final char EXTENDED = 'x';
    private static final char LONG_NAME = 'L';
    private static final int MOST_EXTENDED = 64 * 1024;
    private static final int BUFFER = 64 * 1024;

    private final InputStream in;
    private final ArchiveLimits limits;
    private final Paths paths;
    private final List<ArchiveEntry> entries = new ArrayList<>();
    private Optional<byte[]> nextPath = Optional.empty();
    private boolean extended;
    private int headers;

    private ArchiveReader(InputStream in, ArchiveLimits limits) {
        this.in = in;
        this.limits = limits;
        this.paths = new Paths(limits);
    }

    /**
     * Reads to the end of the stream, or to what it refuses.
     *
     * @throws IOException only what {@code in} throws
     */
    public static ArchiveVerdict read(InputStream in, ArchiveLimits limits) throws IOException {
        try {
            return new ArchiveReader(in, limits).list();
        } catch (Refusal refusal) {
            return new Refused(String.valueOf(refusal.getMessage()));
        }
    }

    private Listed list() throws IOException, Refusal {
        byte[] block = block();
        while (!TarHeader.isZero(block)) {
            entry(TarHeader.parse(block));
            block = block();
        }
        if (extended || nextPath.isPresent()) {
            throw new Refusal("it ends within an entry");
        }
        requireNothingElse();
        if (entries.isEmpty()) {
            throw new Refusal("there is nothing in it");
        }
        return new Listed(entries);
    }

    private void entry(TarHeader header) throws IOException, Refusal {
        // Headers that say something of an entry are counted too: an archive of nothing else would have no end.
        if (++headers > 2 * limits.entries() + 1) {
            throw tooMany();
        }
        switch (header.type()) {
            case FILE, OLD_FILE -> file(header);
            case DIRECTORY -> directory(header);
            case EXTENDED -> {
                requireFirst(header);
                extended = true;
                nextPath = PaxRecords.path(small(header));
            }
            case LONG_NAME -> {
                requireFirst(header);
                extended = true;
                nextPath = Optional.of(terminated(small(header)));
            }
            default -> throw new Refusal(refused(header));
        }
    }

    private void requireFirst(TarHeader header) throws Refusal {
        if (extended) {
            throw new Refusal("an entry has two extended headers");
        }
        byte[] name = header.name();
        if (name.length > 0 && name[name.length - 1] == '/') {
            // Some programs take it for a directory, and what it says of the next entry for nothing.
            throw new Refusal("an extended header in it has a directory's name");
        }
    }

    private void file(TarHeader header) throws IOException, Refusal {
        Optional<String> path = takePath(header, Kind.FILE);
        byte[] prefix = exactly((int) Math.min(header.size(), ContentType.PREFIX));
        skip(header.size() - prefix.length);
        requireZero(header.padding());
        add(path, Kind.FILE, header.size(), ContentType.of(prefix));
    }

    private void directory(TarHeader header) throws Refusal {
        if (header.size() != 0) {
            throw new Refusal("a directory in it has content");
        }
        add(takePath(header, Kind.DIRECTORY), Kind.DIRECTORY, 0, "");
    }

    private Optional<String> takePath(TarHeader header, Kind kind) throws Refusal {
        byte[] raw = nextPath.orElse(header.name());
        nextPath = Optional.empty();
        extended = false;
        return paths.add(raw, kind);
    }

    private void add(Optional<String> path, Kind kind, long bytes, String type) throws Refusal {
        if (path.isPresent()) {
            if (entries.size() == limits.entries()) {
                throw tooMany();
            }
            entries.add(new ArchiveEntry(path.get(), kind, bytes, type));
        }
    }

    private Refusal tooMany() {
        return new Refusal("it has more than " + limits.entries() + " entries");
    }

    private static String refused(TarHeader header) {
        String what = switch (header.type()) {
            case '1' -> "a hard link";
            case '2' -> "a symbolic link";
            case '3', '4' -> "a device";
            case '6' -> "a pipe";
            case 'S' -> "a sparse file";
            default -> "an entry of another kind than file and directory";
        };
        return "it has " + what + ": " + Paths.shown(new String(header.name(), StandardCharsets.UTF_8));
    }

    /** GNU's long name ends with a zero. */
    private static byte[] terminated(byte[] name) throws Refusal {
        if (name.length == 0 || name[name.length - 1] != 0) {
            throw new Refusal("a long name in it is damaged");
        }
        return Arrays.copyOf(name, name.length - 1);
    }

    private byte[] small(TarHeader header) throws IOException, Refusal {
        if (header.size() > MOST_EXTENDED) {
            throw new Refusal("an extended header in it has more than " + MOST_EXTENDED + " bytes");
        }
        byte[] content = exactly((int) header.size());
        requireZero(header.padding());
        return content;
    }

    /** A second block of zeros, and after that as many zeros as there are. */
    private void requireNothingElse() throws IOException, Refusal {
        if (!TarHeader.isZero(block())) {
            throw new Refusal("there is something after its end");
        }
        byte[] rest = in.readNBytes(ContentType.PREFIX);
        while (rest.length > 0) {
            if (!TarHeader.isZero(rest)) {
                throw new Refusal("there is something after its end");
            }
            rest = in.readNBytes(ContentType.PREFIX);
        }
    }

    private void requireZero(int padding) throws IOException, Refusal {
        if (!TarHeader.isZero(exactly(padding))) {
            throw new Refusal("there is something between its entries");
        }
    }

    private byte[] block() throws IOException, Refusal {
        return exactly(TarHeader.BYTES);
    }

    private byte[] exactly(int length) throws IOException, Refusal {
        byte[] read = in.readNBytes(length);
        if (read.length < length) {
            throw cutShort();
        }
        return read;
    }

    /** Reads, for a stream that is hashed on the way must see every byte. */
    private void skip(long length) throws IOException, Refusal {
        byte[] dropped = new byte[(int) Math.min(length, BUFFER)];
        long left = length;
        while (left > 0) {
            int read = in.readNBytes(dropped, 0, (int) Math.min(dropped.length, left));
            if (read == 0) {
                throw cutShort();
            }
            left -= read;
        }
    }

    private static Refusal cutShort() {
        return new Refusal("it ends too early");
    }
}
