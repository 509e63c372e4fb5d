package org.datacapsule.router.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.testing.Seeded;
import org.datacapsule.router.testing.TarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the bytes are, there is a verdict; and whatever is listed, other programs read in the same way. {@code
 * -Dtest.seed} plays a failure again, {@code -Dfuzz.archives} sets how many are tried.
 */
class ArchiveFuzzTest {
    private static final int ARCHIVES = Integer.getInteger("fuzz.archives", 20_000);
    private static final int ENOUGH = 100;
    private static final List<String> NAMES = List.of(
            "a",
            "b/c",
            "./d",
            "e/",
            "../f",
            "/g",
            "h\u00e9",
            "i\u202ej",
            "k".repeat(99),
            "l".repeat(150),
            ".",
            "..",
            "");

    /** What extended headers say, as programs write it and not. */
    private static final List<String> KEYS = List.of(
            "path",
            "mtime",
            "atime",
            "ctime",
            "LIBARCHIVE.creationtime",
            "uid",
            "gid",
            "uname",
            "gname",
            "SCHILY.devmajor",
            "SCHILY.devminor",
            "SCHILY.xattr.user.a",
            "comment");

    private static final List<String> VALUES =
            List.of("1", "1.5", "-1.25", "", "1.", "f", "0x1", "1 ", "-", "9".repeat(11), "9".repeat(20), "a\0b", "/");

    private final Seeded random = Seeded.of("ArchiveFuzzTest");

    @Test
    void everyArchiveHasAVerdictAndIsReadOnce() throws IOException {
        int listed = 0;
        for (int n = 0; n < ARCHIVES; n++) {
            byte[] tar = mutated(made());
            Counted in = new Counted(tar);
            ArchiveVerdict verdict = ArchiveReader.read(in, ArchiveLimits.DEFAULT);
            assertThat(in.taken).as("%s", random).isLessThanOrEqualTo(tar.length);
            if (verdict instanceof Listed list) {
                listed++;
                assertThat(list.entries().stream().map(ArchiveEntry::path))
                        .as("%s", random)
                        .doesNotHaveDuplicates()
                        .allMatch(ArchiveFuzzTest::staysBelow);
                assertThat(byCommonsCompress(tar)).as("%s", random).isEqualTo(described(list));
            }
        }
        assertThat(listed).as("archives that are in order are among them").isGreaterThan(ENOUGH);
    }

    @Test
    void whatOtherProgramsWriteIsListedAsTheyListIt(@TempDir Path folder) throws Exception {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Files.createDirectories(tree.resolve("deep/er"));
        Files.writeString(tree.resolve("deep/er/" + "n".repeat(200) + ".txt"), "long");
        Files.writeString(tree.resolve("deep/\u00fcml\u00e4ut.csv"), "a,b\n");
        Files.write(tree.resolve("big.bin"), new byte[70_000]);
        Files.writeString(tree.resolve("empty"), "");
        List<List<String>> writers = List.of(
                List.of("tar", "--format=gnu", "-cf", "OUT", "-C", tree.toString(), "."),
                List.of("tar", "--format=posix", "-cf", "OUT", "-C", tree.toString(), "."),
                List.of("tar", "--format=posix", "-cf", "OUT", "-C", tree.toString(), "deep", "big.bin", "empty"));
        for (List<String> writer : writers) {
            Path file = folder.resolve("made.tar");
            Files.deleteIfExists(file);
            run(writer.stream()
                    .map(word -> word.equals("OUT") ? file.toString() : word)
                    .toList());
            byte[] tar = Files.readAllBytes(file);

            ArchiveVerdict verdict = ArchiveReader.read(new ByteArrayInputStream(tar), ArchiveLimits.DEFAULT);

            assertThat(verdict).as(writer + " " + verdict).isInstanceOf(Listed.class);
            assertThat(byCommonsCompress(tar)).as(writer.toString()).isEqualTo(described((Listed) verdict));
        }
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command + ": " + said).isZero();
    }

    private static boolean staysBelow(String path) {
        Path root = Path.of("/somewhere");
        Path there = root.resolve(path).normalize();
        return there.startsWith(root) && !there.equals(root);
    }

    private static List<String> described(Listed list) {
        return list.entries().stream()
                .map(entry -> entry.path() + " " + entry.kind() + " " + entry.bytes())
                .toList();
    }

    /** The same archive as another reader sees it. */
    private static List<String> byCommonsCompress(byte[] tar) throws IOException {
        List<String> entries = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar), "UTF-8")) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String path = entry.getName().replaceFirst("^(\\./)+", "").replaceFirst("/$", "");
                if (!path.isEmpty() && !path.equals(".")) {
                    entries.add(path + " " + (entry.isDirectory() ? "DIRECTORY" : "FILE") + " " + entry.getSize());
                }
            }
        }
        return entries;
    }

    private byte[] made() {
        TarFile tar = new TarFile();
        int entries = random.below(5);
        for (int n = 0; n < entries; n++) {
            String name = random.oneIn(3) ? random.of(NAMES) : "f" + n;
            byte[] content = new byte[random.below(1500)];
            Arrays.fill(content, (byte) random.below(256));
            switch (random.below(12)) {
                case 0 -> tar.directory(name + "/");
                case 1 -> tar.pax("path", name, "mtime", "1.5").file("x" + n, content);
                case 2 ->
                    tar.pax(random.of(List.of("size", "path", "GNU.sparse.major", "comment")), "1")
                            .file(name, content);
                case 3 ->
                    tar.entry('L', "L", name.length() + 1L, (name + "\0").getBytes(StandardCharsets.UTF_8))
                            .file("y" + n, content);
                case 4 ->
                    tar.pax(random.of(KEYS), random.of(VALUES), random.of(KEYS), random.of(VALUES))
                            .file(name, content);
                case 5 -> tar.entry((char) random.below(128), name, random.below(2000), content);
                default -> tar.file(name, content);
            }
        }
        return random.oneIn(10) ? tar.cut() : tar.end();
    }

    /** Some are left as they are; others get a few bytes, a field or a length that somebody else made up. */
    private byte[] mutated(byte[] tar) {
        byte[] bytes = tar.clone();
        for (int n = random.below(4); n > 0 && bytes.length > 0; n--) {
            int block = random.below(Math.max(1, bytes.length / 512)) * 512;
            switch (random.below(6)) {
                case 5 -> {
                    // Content of extended headers is short and stands after its header.
                    int at = block + 512 + random.below(40);
                    if (at < bytes.length) {
                        bytes[at] = (byte) random.below(128);
                    }
                }
                case 0 -> bytes[random.below(bytes.length)] = (byte) random.below(256);
                case 1 -> bytes = Arrays.copyOf(bytes, random.below(bytes.length + 1));
                case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + random.below(2000));
                default -> {
                    // A header whose checksum is right is read further.
                    if (block + 512 <= bytes.length) {
                        byte[] header = Arrays.copyOfRange(bytes, block, block + 512);
                        header[random.of(List.of(0, 1, 99, 124, 125, 134, 135, 156, 257, 263, 345))] =
                                (byte) random.below(256);
                        System.arraycopy(TarFile.sealed(header), 0, bytes, block, 512);
                    }
                }
            }
        }
        return bytes;
    }

    private static final class Counted extends InputStream {
        private final InputStream in;
        private long taken;

        Counted(byte[] bytes) {
            this.in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            taken += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            taken += Math.max(0, read);
            return read;
        }
    }
}
