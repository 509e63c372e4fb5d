package org.datacapsule.router.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.datacapsule.router.archive.ArchiveEntry.Kind;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.archive.ArchiveVerdict.Refused;
import org.datacapsule.router.testing.TarFile;
import org.junit.jupiter.api.Test;

class ArchiveReaderTest {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] TEXT = "word,count\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void filesAndDirectoriesAreListedInOrder() throws IOException {
        byte[] tar = new TarFile()
                .directory("./")
                .file("./results/a.csv", TEXT)
                .directory("./results/")
                .file("empty", NOTHING)
                .end();

        assertThat(listed(tar))
                .containsExactly(
                        new ArchiveEntry("results/a.csv", Kind.FILE, TEXT.length, "text/plain"),
                        new ArchiveEntry("results", Kind.DIRECTORY, 0, ""),
                        new ArchiveEntry("empty", Kind.FILE, 0, "application/x-empty"));
    }

    @Test
    void theTypeIsThatOfTheContentWhateverTheName() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
        byte[] gzip = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
        byte[] tar = new TarFile()
                .file("a.csv", png)
                .file("b.csv", gzip)
                .file("c.csv", "%PDF-1.7\n".getBytes(StandardCharsets.UTF_8))
                .file("d.csv", new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0})
                .end();

        assertThat(listed(tar).stream().map(ArchiveEntry::type))
                .containsExactly("image/png", "application/gzip", "application/pdf", "application/x-elf");
    }

    @Test
    void longNamesComeByEitherExtension() throws IOException {
        String name = "d/".repeat(20) + "x".repeat(200);
        byte[] posix =
                new TarFile().pax("mtime", "1.5", "path", name).file("x", TEXT).end();
        byte[] gnu = new TarFile()
                .entry('L', "././@LongLink", name.length() + 1, (name + "\0").getBytes(StandardCharsets.UTF_8))
                .file("x", TEXT)
                .end();

        assertThat(listed(posix).getFirst().path()).isEqualTo(name);
        assertThat(listed(gnu).getFirst().path()).isEqualTo(name);
    }

    @Test
    void whatLeadsOutOfTheArchiveIsRefused() throws IOException {
        for (String path : List.of("/etc/passwd", "../a", "a/../../b", "a/..", "..", "a//b", "a/./b", "a\\..\\b")) {
            assertThat(refused(new TarFile().file(path, TEXT).end())).as(path).contains("leads elsewhere");
            assertThat(refused(new TarFile().pax("path", path).file("x", TEXT).end()))
                    .as(path)
                    .contains("leads elsewhere");
        }
        assertThat(refused(new TarFile().file("", TEXT).end())).contains("leads elsewhere");
    }

    @Test
    void linksDevicesAndSparseFilesAreRefused() throws IOException {
        assertThat(refused(new TarFile().entry('1', "a", 0, NOTHING).end())).contains("hard link: a");
        assertThat(refused(new TarFile().entry('2', "a", 0, NOTHING).end())).contains("symbolic link");
        assertThat(refused(new TarFile().entry('3', "a", 0, NOTHING).end())).contains("device");
        assertThat(refused(new TarFile().entry('4', "a", 0, NOTHING).end())).contains("device");
        assertThat(refused(new TarFile().entry('6', "a", 0, NOTHING).end())).contains("pipe");
        assertThat(refused(new TarFile().entry('S', "a", 0, NOTHING).end())).contains("sparse");
        for (char type : "7gKVMDNAZ".toCharArray()) {
            assertThat(refused(new TarFile().entry(type, "a", 0, NOTHING).end()))
                    .as("type " + type)
                    .contains("another kind");
        }
        for (String key : List.of("GNU.sparse.map", "size", "linkpath", "SCHILY.realsize", "hdrcharset")) {
            assertThat(refused(new TarFile().pax(key, "1").file("a", TEXT).end()))
                    .as(key)
                    .contains(key);
        }
    }

    @Test
    void valuesThatOtherProgramsStumbleOverAreRefused() throws IOException {
        for (List<String> record : List.of(
                List.of("mtime", "1.\\"),
                List.of("mtime", "1."),
                List.of("atime", "x"),
                List.of("ctime", "99999999999999999999"),
                List.of("LIBARCHIVE.creationtime", "1e9"),
                List.of("uid", "a"),
                List.of("gid", "-"),
                List.of("SCHILY.devmajor", "99999999999"),
                List.of("SCHILY.devminor", "1 "))) {
            String key = record.getFirst();
            assertThat(refused(new TarFile()
                            .pax(key, record.getLast())
                            .file("a", TEXT)
                            .end()))
                    .as("%s", record)
                    .contains(key)
                    .contains("plain");
        }
        byte[] longName = "f1\0".getBytes(StandardCharsets.UTF_8);
        assertThat(refused(new TarFile()
                        .entry('L', "/", longName.length, longName)
                        .file("y1", TEXT)
                        .end()))
                .contains("directory's name");
        byte[] plain = new TarFile()
                .pax("mtime", "-1.5", "atime", "1753000000.123456789", "ctime", "0", "uid", "70000", "gid", "")
                .file("a", TEXT)
                .end();
        assertThat(listed(plain)).hasSize(1);
    }

    @Test
    void aPathComesOnceAndIsNotBothFileAndDirectory() throws IOException {
        assertThat(refused(new TarFile().file("a", TEXT).file("./a", TEXT).end()))
                .contains("twice: a");
        assertThat(refused(new TarFile().directory("a/").directory("a/").end())).contains("twice");
        assertThat(refused(new TarFile().file("a/b", TEXT).file("a", TEXT).end()))
                .contains("twice");
        assertThat(refused(new TarFile().file("a", TEXT).file("a/b/c", TEXT).end()))
                .contains("through a file");
        assertThat(refused(
                        new TarFile().file("\u00e9", TEXT).file("e\u0301", TEXT).end()))
                .as("the same letter written in two ways")
                .contains("twice");
        assertThat(refused(new TarFile().file("a/", TEXT).end())).contains("directory's name");
    }

    @Test
    void namesThatDeceiveTheEyeAreRefused() throws IOException {
        for (String name : List.of("a\nb", "a\u202efdp.exe", "a\u200bb", "a\u0007", "\u2066a")) {
            assertThat(refused(new TarFile().file(name, TEXT).end())).contains("cannot be seen");
        }
        byte[] latin = TarFile.header('0', "a", 0);
        latin[0] = (byte) 0xe9;
        assertThat(refused(new TarFile().raw(TarFile.sealed(latin)).end())).contains("not UTF-8");
    }

    @Test
    void nothingHidesBetweenOrAfterTheEntries() throws IOException {
        byte[] padded = new TarFile().file("a", TEXT).end();
        padded[512 + TEXT.length] = 'x';
        assertThat(refused(padded)).contains("between");
        byte[] whole = new TarFile().file("a", TEXT).end();
        assertThat(refused(joined(whole, new byte[] {0, 0, 1}))).contains("after its end");
        assertThat(refused(joined(whole, whole))).contains("after its end");
        byte[] oneBlock = Arrays.copyOf(whole, whole.length - 512);
        assertThat(refused(joined(oneBlock, new TarFile().file("b", TEXT).end())))
                .contains("after its end");
        assertThat(listed(joined(whole, new byte[9 * 512]))).hasSize(1);
    }

    @Test
    void whatIsCutShortOrDamagedIsRefused() throws IOException {
        byte[] whole =
                new TarFile().file("a", TEXT).pax("path", "b").file("b", TEXT).end();
        for (int length = 0; length < whole.length; length++) {
            assertThat(refused(Arrays.copyOf(whole, length)))
                    .as("cut at " + length)
                    .isNotBlank();
        }
        assertThat(refused(new TarFile().end())).contains("nothing in it");
        assertThat(refused(new TarFile().pax("path", "a").end())).contains("within an entry");
        assertThat(refused(new TarFile().pax("mtime", "1").end())).contains("within an entry");
        assertThat(refused(new TarFile().entry('5', "a", 5, TEXT).end())).contains("directory in it has content");
        assertThat(refused(new TarFile()
                        .pax("path", "a")
                        .pax("path", "b")
                        .file("a", TEXT)
                        .end()))
                .contains("two extended headers");
        assertThat(refused(new TarFile()
                        .pax("path", "a", "path", "b")
                        .file("a", TEXT)
                        .end()))
                .contains("two paths");
        byte[] old = TarFile.header('0', "a", 0);
        Arrays.fill(old, 257, 265, (byte) 0);
        assertThat(refused(new TarFile().raw(TarFile.sealed(old)).end())).contains("form that is not taken");
        for (int field : List.of(100, 108, 116, 136, 329, 337)) {
            byte[] odd = TarFile.header('0', "a", 0);
            System.arraycopy("00017D0\0".getBytes(StandardCharsets.US_ASCII), 0, odd, field, 8);
            assertThat(refused(new TarFile().raw(TarFile.sealed(odd)).end()))
                    .as("number at %d", field)
                    .contains("plain form");
        }
        byte[] binarySize = TarFile.header('0', "a", 0);
        binarySize[124] = (byte) 0x80;
        assertThat(refused(new TarFile().raw(TarFile.sealed(binarySize)).end())).contains("plain form");
    }

    @Test
    void limitsHold() throws IOException {
        ArchiveLimits few = new ArchiveLimits(3, 20, 4, 30);
        assertThat(refused(new TarFile().file("x".repeat(21), TEXT).end(), few)).contains("more than 20 bytes");
        assertThat(refused(new TarFile().file("a/b/c/d/e", TEXT).end(), few)).contains("more than 4 names");
        assertThat(refused(
                        new TarFile()
                                .file("x".repeat(16), TEXT)
                                .file("y".repeat(16), TEXT)
                                .end(),
                        few))
                .contains("more than 30 bytes together");
        TarFile four = new TarFile();
        IntStream.range(0, 4).forEach(n -> four.file("f" + n, NOTHING));
        assertThat(refused(four.end(), few)).contains("more than 3 entries");
    }

    /** A header says that a name or a file is as long as all memory; the stream has hardly anything, or never ends. */
    @Test
    void declaredSizesCostNothing() throws IOException {
        long huge = (1L << 33) - 1;
        assertThat(refused(new TarFile().entry('L', "a", huge, NOTHING).cut())).contains("extended header");
        assertThat(refused(new TarFile().entry('x', "a", huge, NOTHING).cut())).contains("extended header");
        assertThat(refused(new TarFile().entry('0', "a", huge, NOTHING).cut())).contains("too early");
        TarFile onlyHeaders = new TarFile();
        IntStream.range(0, 30_000).forEach(n -> onlyHeaders.directory("./"));
        assertThat(refused(onlyHeaders.end())).contains("more than 10000 entries");
    }

    @Test
    void aStreamThatBreaksIsNoFaultOfTheArchive() {
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(TarFile.header('0', "a", 9)), new ClosedStream());

        assertThatIOException()
                .isThrownBy(() -> ArchiveReader.read(broken, ArchiveLimits.DEFAULT))
                .withMessage("the store is away");
    }

    private static final class ClosedStream extends FilterInputStream {
        ClosedStream() {
            super(nullInputStream());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            throw new IOException("the store is away");
        }
    }

    private static List<ArchiveEntry> listed(byte[] tar) throws IOException {
        ArchiveVerdict verdict = ArchiveReader.read(new ByteArrayInputStream(tar), ArchiveLimits.DEFAULT);
        assertThat(verdict).isInstanceOf(Listed.class);
        return ((Listed) verdict).entries();
    }

    private static String refused(byte[] tar) throws IOException {
        return refused(tar, ArchiveLimits.DEFAULT);
    }

    private static String refused(byte[] tar, ArchiveLimits limits) throws IOException {
        ArchiveVerdict verdict = ArchiveReader.read(new ByteArrayInputStream(tar), limits);
        assertThat(verdict).isInstanceOf(Refused.class);
        return ((Refused) verdict).why();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
