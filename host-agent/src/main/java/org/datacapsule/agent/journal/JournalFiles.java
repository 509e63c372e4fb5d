package org.datacapsule.agent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of small files, each of which is there whole or not at all, also after a power cut. Only its owner can read
 * it, and only one process has it open.
 */
final class JournalFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
    private static final String SUFFIX = ".json";
    private static final String UNFINISHED = ".tmp";
    private static final String SET_ASIDE = ".unreadable";
    private static final String LOCK = ".lock";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private final Path directory;
    private final FileChannel lock;

    private JournalFiles(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    static JournalFiles open(Path directory) throws IOException {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
        Files.setPosixFilePermissions(directory, OWNER_ONLY_DIRECTORY);
        FileChannel channel = FileChannel.open(
                directory.resolve(LOCK), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
        if (!isLocked(channel)) {
            channel.close();
            throw new JournalHeldException("another agent has the journal " + directory + " open");
        }
        return new JournalFiles(directory, channel);
    }

    /** Name and content of every whole file; what a write that was cut off has left is removed. */
    Map<String, String> readAll() throws IOException {
        Map<String, String> contents = new LinkedHashMap<>();
        for (Path file : inOrder()) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(UNFINISHED)) {
                Files.deleteIfExists(file);
            } else if (name.endsWith(SUFFIX) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                read(file, name, contents);
            }
        }
        return contents;
    }

    void write(String name, String content) throws IOException {
        if (!lock.isOpen()) {
            throw new IOException("the journal is closed");
        }
        Path unfinished = directory.resolve(name + UNFINISHED);
        Files.deleteIfExists(unfinished);
        try (FileChannel channel = FileChannel.open(
                unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel itself = FileChannel.open(directory, StandardOpenOption.READ)) {
            itself.force(true);
        }
    }

    void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    /** Keeps a file that makes no sense for a person to look at, out of the way. */
    void setAside(String name, Exception cause) {
        Path aside = directory.resolve(name + SET_ASIDE);
        LOG.atError()
                .setCause(cause)
                .log(
                        "journal entry {} cannot be read and is set aside as {}; what it asked for is not resumed here, the"
                                + " router asks again",
                        name,
                        aside);
        try {
            Files.move(directory.resolve(name), aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.atError().setCause(e).log("journal entry {} could not be set aside", name);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private void read(Path file, String name, Map<String, String> contents) {
        try {
            contents.put(name, Files.readString(file));
        } catch (IOException e) {
            setAside(name, e);
        }
    }

    private Set<Path> inOrder() throws IOException {
        Set<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(files::add);
        }
        return files;
    }

    /** The lock lives as long as its channel. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }
}
