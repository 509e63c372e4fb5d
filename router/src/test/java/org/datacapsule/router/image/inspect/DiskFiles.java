package org.datacapsule.router.image.inspect;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;

/** Disk images of all sorts, made by qemu-img or byte by byte. */
public final class DiskFiles {
    private final Path directory;
    private int made;

    public DiskFiles(Path directory) {
        this.directory = directory;
    }

    /** A file that must be refused. */
    public record Bad(String what, Path file, String said, String words) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** 8 MiB of disk, a tenth of it with data. */
    public Path raw() throws IOException {
        Path file = fresh("raw");
        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(8 << 20);
            byte[] data = new byte[400 * 1024];
            for (int n = 0; n < data.length; n++) {
                data[n] = (byte) (n * 31 + (n >> 9));
            }
            disk.seek(1 << 20);
            disk.write(data);
            disk.seek(7 << 20);
            disk.write(data);
        }
        return file;
    }

    /** The same disk in another format. */
    public Path converted(Path raw, String format, String... options) throws Exception {
        Path file = fresh(format);
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert", "-f", "raw", "-O", format));
        command.addAll(List.of(options));
        command.addAll(List.of(raw.toString(), file.toString()));
        run(command);
        return file;
    }

    public static boolean sameDisk(Path one, String format, Path other) throws Exception {
        return code(List.of("qemu-img", "compare", "-f", format, "-F", "qcow2", one.toString(), other.toString())) == 0;
    }

    /** All that must be refused whatever the limits are. */
    public List<Bad> bad() throws Exception {
        Path raw = raw();
        Path good = converted(raw, "qcow2");
        Path sparse = converted(raw, "vmdk", "-o", "subformat=monolithicSparse");
        List<Bad> bad = new ArrayList<>();
        bad.add(new Bad("a backing file that holds passwords", backed("/etc/shadow"), "", "backing file"));
        bad.add(new Bad(
                "a backing file described in JSON",
                backed("json:{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}"),
                "",
                "backing file"));
        bad.add(new Bad("data in another file", externalData(), "", "another file"));
        bad.add(new Bad("encrypted", patched(good, 32, big(2)), "", "encrypted"));
        bad.add(new Bad("a disk of 3 PiB", patched(good, 24, big(3L << 50)), "", "3145728 GiB"));
        bad.add(new Bad("a disk of more bytes than there are", patched(good, 24, big(-1L)), "", "GiB"));
        bad.add(new Bad("a snapshot inside", snapshot(good), "", "snapshots"));
        bad.add(new Bad("half of a qcow2", cut(good, Files.size(good) / 2), "", "not a whole and sound qcow2"));
        bad.add(new Bad("the beginning of a header", cut(good, 40), "", "ends within its header"));
        bad.add(new Bad("clusters elsewhere", patched(good, 40, big(1L << 50)), "", "not a whole and sound qcow2"));
        bad.add(new Bad("an unknown feature", patched(good, 72, big(1L << 40)), "", "features"));
        bad.add(new Bad("a version of the future", patched(good, 4, big(9)), "", "version 9"));
        bad.add(new Bad("half of a VMDK", cut(sparse, Files.size(sparse) / 2), "", "not a whole and sound vmdk"));
        bad.add(new Bad("a VMDK that is a list of files", textFile("""
                # Disk DescriptorFile
                version=1
                parentCID=ffffffff
                createType="monolithicFlat"
                RW 16384 FLAT "/etc/shadow" 0
                """), "vmdk", "descriptor"));
        bad.add(new Bad("a VMDK whose disk is elsewhere", hollow(sparse), "", "no disk of its own"));
        bad.add(new Bad(
                "a VMDK with a parent", described(sparse, "parentCID=ffffffff", "parentCID=12345678"), "", "parent"));
        bad.add(new Bad(
                "a VMDK that names its parent",
                described(sparse, "ddb.adapterType = \"ide\"", "parentFileNameHint=\"/e\""),
                "",
                "parent"));
        bad.add(new Bad(
                "a VMDK of another kind", described(sparse, "monolithicSparse", "twoGbMaxExtSpars"), "", "kind"));
        bad.add(new Bad("no image", textFile("#!/bin/sh\nexit 1\n"), "", "format=raw"));
        bad.add(new Bad(
                "no image, said to be one", textFile("#!/bin/sh\nexit 1\n"), "qcow2", "does not begin like one"));
        bad.add(new Bad("a qcow2 said to be raw", backed("/etc/shadow"), "raw", "begins like a qcow2"));
        return bad;
    }

    /**
     * A VMDK of a few kilobytes that unpacks to a disk full of data: all of its grains are the same compressed one.
     *
     * @param megabytes of data
     */
    public Path bomb(int megabytes) throws IOException {
        int sector = 512;
        int grainSectors = 128;
        int tableEntries = 512;
        int grains = megabytes * 16;
        int tables = (grains + tableEntries - 1) / tableEntries;
        byte[] data = new byte[grainSectors * sector];
        for (int n = 0; n < data.length; n++) {
            data[n] = (byte) (n % 251 + 1);
        }
        byte[] packed = packed(data);
        int directoryAt = 21;
        int tablesAt = directoryAt + (tables * 4 + sector - 1) / sector;
        int grainAt = tablesAt + tables * (tableEntries * 4 / sector);
        ByteBuffer file = ByteBuffer.allocate((grainAt + (packed.length + 12 + sector - 1) / sector) * sector)
                .order(ByteOrder.LITTLE_ENDIAN);
        file.put("KDMV".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putInt(0x30001)
                .putLong((long) grains * grainSectors)
                .putLong(grainSectors)
                .putLong(1)
                .putLong(20)
                .putInt(tableEntries)
                .putLong(0)
                .putLong(directoryAt)
                .putLong(grainAt)
                .put((byte) 0)
                .put("\n \r\n".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 1);
        file.position(sector);
        file.put("""
                # Disk DescriptorFile
                version=1
                CID=12345678
                parentCID=ffffffff
                createType="streamOptimized"
                RW %d SPARSE "bomb.vmdk"
                """.formatted((long) grains * grainSectors).getBytes(StandardCharsets.US_ASCII));
        for (int table = 0; table < tables; table++) {
            file.putInt(directoryAt * sector + table * 4, tablesAt + table * (tableEntries * 4 / sector));
        }
        for (int grain = 0; grain < grains; grain++) {
            file.putInt(tablesAt * sector + grain * 4, grainAt);
        }
        file.position(grainAt * sector);
        file.putLong(0).putInt(packed.length).put(packed);
        Path bomb = fresh("vmdk");
        Files.write(bomb, file.array());
        return bomb;
    }

    private static byte[] packed(byte[] data) {
        Deflater deflater = new Deflater();
        deflater.setInput(data);
        deflater.finish();
        byte[] packed = new byte[data.length];
        int length = deflater.deflate(packed);
        deflater.end();
        return java.util.Arrays.copyOf(packed, length);
    }

    private Path backed(String backing) throws Exception {
        Path file = fresh("qcow2");
        run(List.of(
                "qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", backing, file.toString(), "8M"));
        return file;
    }

    private Path externalData() throws Exception {
        Path file = fresh("qcow2");
        run(List.of(
                "qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=" + fresh("data"), file.toString(), "8M"));
        return file;
    }

    private Path snapshot(Path good) throws Exception {
        Path file = Files.copy(good, fresh("qcow2"));
        run(List.of("qemu-img", "snapshot", "-c", "before", file.toString()));
        return file;
    }

    private Path cut(Path good, long bytes) throws IOException {
        Path file = Files.copy(good, fresh("cut"));
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(bytes);
        }
        return file;
    }

    private Path patched(Path good, int at, byte[] bytes) throws IOException {
        Path file = Files.copy(good, fresh("patched"));
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            open.write(bytes);
        }
        return file;
    }

    /** No sectors in the header makes QEMU look into the descriptor, which names another file. */
    private Path hollow(Path sparse) throws IOException {
        return described(patched(sparse, 12, new byte[8]), "RW 16384 SPARSE \"", "RW 1 FLAT \"/etc/pass");
    }

    /** With some words of its descriptor changed; as long as they were. */
    private Path described(Path vmdk, String before, String after) throws IOException {
        byte[] bytes = Files.readAllBytes(vmdk);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(before);
        if (at < 0) {
            throw new IllegalStateException("no " + before + " in the descriptor");
        }
        String padded = after + " ".repeat(Math.max(0, before.length() - after.length()));
        return patched(vmdk, at, padded.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path textFile(String text) throws IOException {
        return Files.writeString(fresh("txt"), text);
    }

    private static byte[] big(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private static byte[] big(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private Path fresh(String suffix) {
        made++;
        return directory.resolve("disk-" + made + "." + suffix);
    }

    private static void run(List<String> command) throws Exception {
        int code = code(command);
        if (code != 0) {
            throw new IllegalStateException(command + " ended with " + code);
        }
    }

    private static int code(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(command + " did not end");
        }
        return process.exitValue();
    }
}
