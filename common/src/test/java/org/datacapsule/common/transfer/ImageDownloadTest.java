package org.datacapsule.common.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.testing.CuttingProxy;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.transfer.ImageDownload.Ending;
import org.datacapsule.common.wire.ImageSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real doors with TLS on this machine, some with a wire that is cut. */
class ImageDownloadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int HEAD = 4096;

    private final TestAuthority authority = new TestAuthority();
    private final Identity self = authority.identity("self");
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    /** Remembers what it was told; wants the image as long as fewer bytes are there than it says. */
    private static final class Told implements ImageDownload.Watch {
        private final List<String> refused = new ArrayList<>();
        private final List<Long> began = new ArrayList<>();
        private long enough = Long.MAX_VALUE;
        private long done;

        @Override
        public void begins(long total, long had) {
            began.add(had);
        }

        @Override
        public void progress(long now, long total) {
            assertThat(now).isLessThanOrEqualTo(total);
            done = now;
        }

        @Override
        public void refused(ImageSource source) {
            refused.add(source.name());
        }

        @Override
        public boolean isWanted() {
            return done < enough;
        }

        @Override
        public void pause(Duration time) {
            // Tests are in a hurry.
        }
    }

    private final Told told = new Told();

    @Test
    void anImageIsFetchedWithOneRequest() throws Exception {
        byte[] content = bytes(3_000_000, 1);
        ImageSource door = door("h1", content);

        assertThat(fetch(content, List.of(door))).isEqualTo(new Ending.Whole());

        assertThat(file()).hasBinaryContent(content);
        assertThat(asked).containsExactly("h1");
    }

    @Test
    void afterACutItGoesOnBehindWhatItHasFromAnotherSource() throws Exception {
        byte[] content = bytes(3_000_000, 2);
        ImageSource cut = behind(door("h1", content), List.of(1_500_000L, 0L));
        told.enough = 1_000_000;
        assertThat(fetch(content, List.of(cut))).isEqualTo(new Ending.Unwanted());
        long had = Files.size(file());
        assertThat(had).isBetween(1_000_000L, 1_500_000L);

        told.enough = Long.MAX_VALUE;
        assertThat(fetch(content, List.of(door("h2", content)))).isEqualTo(new Ending.Whole());

        assertThat(told.began).containsExactly(0L, had);
        assertThat(file()).hasBinaryContent(content);
    }

    @Test
    void whoHasSomethingElseUnderTheNameIsNotAskedAgain() throws Exception {
        byte[] content = bytes(200_000, 3);
        ImageSource bad = door("bad", flipped(content, 100_000));
        assertThat(fetch(content, List.of(bad)))
                .isEqualTo(new Ending.Failed("what bad has under its name is damaged, and nobody else has it"));
        assertThat(told.refused).containsExactly("bad");
        assertThat(asked).containsExactly("bad");
        assertThat(file()).isEmptyFile();

        assertThat(fetch(content, List.of(bad, door("good", content)))).isEqualTo(new Ending.Whole());
    }

    @Test
    void anImagePutTogetherOfTwoAndWrongIsFetchedAnewFromOneEach() throws Exception {
        byte[] content = bytes(1_000_000, 4);
        Files.write(file(), Arrays.copyOf(flipped(content, 10), 400_000));

        assertThat(fetch(content, List.of(door("good", content)))).isEqualTo(new Ending.Whole());

        assertThat(told.refused).as("it gave what it has").isEmpty();
        assertThat(file()).hasBinaryContent(content);
    }

    @Test
    void whatIsWholeAlreadyIsNotAskedFor() throws Exception {
        byte[] content = bytes(1000, 5);
        Files.write(file(), content);
        assertThat(fetch(content, List.of())).isEqualTo(new Ending.Whole());
    }

    @Test
    void whereNobodyHasItThatIsSaid() throws Exception {
        assertThat(fetch(bytes(10, 6), List.of()))
                .isEqualTo(new Ending.Failed("neither a host that is up nor an image store has it"));
        assertThat(fetch(bytes(10, 6), List.of(door("h1", bytes(10, 7)))))
                .isEqualTo(new Ending.Failed("it could not be fetched: h1: it does not have the image"));
    }

    @Test
    void aStrangerIsNotServedAndNotBelieved() throws Exception {
        byte[] content = bytes(1000, 8);
        ImageSource door = door("h1", content);
        Identity stranger = new TestAuthority().identity("h1");

        assertThat(fetch(stranger, content, List.of(door))).isInstanceOf(Ending.Failed.class);
        assertThat(asked).isEmpty();

        Path file = Files.write(folder.resolve("theirs"), content);
        ImageDoor theirs = keep(ImageDoor.open("127.0.0.1", 0, 1, stranger, image -> Optional.of(file)));
        assertThat(fetch(content, List.of(new ImageSource("h1", "127.0.0.1", theirs.port()))))
                .isInstanceOf(Ending.Failed.class);
        assertThat(told.done).isZero();
    }

    /** Hosts that share an address, or had it one after the other, have it in their certificates. */
    @Test
    void whoHasTheAddressOfAnotherDoesNotPassForIt() throws Exception {
        byte[] content = bytes(1000, 12);
        ImageSource door = door("h2", content);

        Ending ending = fetch(content, List.of(new ImageSource("h1", "127.0.0.1", door.port())));

        assertThat(ending).isEqualTo(new Ending.Failed("it could not be fetched: h1: its certificate is not for h1"));
        assertThat(asked).as("nothing is asked of it").isEmpty();
        assertThat(told.done).isZero();
    }

    @Test
    void aHostIsKnownByItsNameAtWhateverAddress() throws Exception {
        byte[] content = bytes(1000, 13);
        Path file = Files.write(folder.resolve("moved"), content);
        Identity elsewhere =
                authority.authority().identity("h1", List.of("192.0.2.1"), Instant.now(), Duration.ofHours(1));
        ImageDoor door = keep(ImageDoor.open("127.0.0.1", 0, 1, elsewhere, image -> Optional.of(file)));

        assertThat(fetch(content, List.of(new ImageSource("h1", "127.0.0.1", door.port()))))
                .isEqualTo(new Ending.Whole());
    }

    /** A silent one is given up after as long as patience lasts. */
    @Test
    void aSourceFromWhichNothingComesIsLeftForAnother() throws Exception {
        byte[] content = bytes(1000, 9);
        ServerSocket silent = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        ImageSource mute = new ImageSource("mute", "127.0.0.1", silent.getLocalPort());

        Ending ending = download(self, content, List.of(mute, door("h1", content)), Duration.ofMillis(300))
                .into(file());

        assertThat(ending).isEqualTo(new Ending.Whole());
    }

    @Test
    void aDoorServesNoMoreAtOnceThanItIsToldAndForgetsWhoLeft() throws Exception {
        byte[] content = bytes(8_000_000, 10);
        Path file = Files.write(folder.resolve("big"), content);
        ImageDoor door = keep(ImageDoor.open("127.0.0.1", 0, 1, authority.identity("h1"), image -> Optional.of(file)));
        ImageSource source = new ImageSource("h1", "127.0.0.1", door.port());
        // It takes a little, leaves the rest, and is gone.
        CuttingProxy proxy = keep(new CuttingProxy(door.port(), List.of(100_000L, 0L)));
        told.enough = 1;
        assertThat(fetch(content, List.of(new ImageSource("h1", "127.0.0.1", proxy.port()))))
                .isEqualTo(new Ending.Unwanted());
        proxy.close();

        told.enough = Long.MAX_VALUE;
        AtomicInteger ended = new AtomicInteger();
        List<Thread> together = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Path target = folder.resolve("target-" + i);
            together.add(Thread.ofVirtual().start(() -> {
                try {
                    Told own = new Told();
                    Ending ending = new ImageDownload(
                                    self,
                                    PATIENCE,
                                    sha(content),
                                    () -> Optional.of(List.of(source)),
                                    own,
                                    new Random(1))
                            .into(target);
                    if (ending instanceof Ending.Whole) {
                        ended.incrementAndGet();
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (Thread one : together) {
            one.join();
        }
        assertThat(ended).hasValue(4);
    }

    @Test
    void aDoorShowsItsNewCertificateOnceItHasOne() throws Exception {
        byte[] content = bytes(1000, 11);
        Path file = Files.write(folder.resolve("one"), content);
        ImageDoor door =
                keep(ImageDoor.open("127.0.0.1", 0, 1, new TestAuthority().identity("h1"), image -> Optional.of(file)));
        ImageSource source = new ImageSource("h1", "127.0.0.1", door.port());
        assertThat(fetch(content, List.of(source))).isInstanceOf(Ending.Failed.class);

        door.renew(authority.identity("h1"));

        assertThat(fetch(content, List.of(source))).isEqualTo(new Ending.Whole());
    }

    /** Whatever is cut where, and whoever has something else: while one good source is there, the image comes, and is right. */
    @Test
    void anyCutsAndAnyWrongCopiesEndInTheImage() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> copies = new ArrayList<>(List.of(new byte[0], new byte[0], new byte[0]));
        List<ImageSource> doors = new ArrayList<>();
        for (int number = 0; number < copies.size(); number++) {
            doors.add(door("source-" + number, copies, number));
        }
        for (int run = 0; run < 25; run++) {
            told.refused.clear();
            byte[] content = bytes(random.nextInt(600_000), random.nextLong());
            int good = random.nextInt(doors.size());
            List<String> bad = new ArrayList<>();
            List<ImageSource> sources = new ArrayList<>();
            for (int number = 0; number < doors.size(); number++) {
                boolean isDamaged = number != good && random.nextBoolean() && content.length > 0;
                copies.set(number, isDamaged ? damaged(content, random) : content);
                if (isDamaged) {
                    bad.add("source-" + number);
                }
                List<Long> allowed = new ArrayList<>();
                for (int times = random.nextInt(4); times > 0; times--) {
                    allowed.add((long) random.nextInt(HEAD + content.length));
                }
                allowed.add(Long.MAX_VALUE);
                sources.add(behind(doors.get(number), allowed));
            }
            if (random.nextInt(4) == 0) {
                Files.write(file(), bytes(random.nextInt(2 * content.length + 1), random.nextLong()));
            }

            Ending ending = fetch(content, sources);

            assertThat(ending).as("seed %d, run %d", seed, run).isEqualTo(new Ending.Whole());
            assertThat(Files.readAllBytes(file()))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(content);
            assertThat(bad).as("seed %d, run %d", seed, run).containsAll(told.refused);
            Files.delete(file());
        }
    }

    /** Has one of these under whatever name it is asked for. */
    private ImageSource door(String name, List<byte[]> copies, int number) throws IOException {
        Path file = folder.resolve(name);
        ImageDoor door = keep(ImageDoor.open("127.0.0.1", 0, 8, authority.identity(name), image -> {
            try {
                return Optional.of(Files.write(file, copies.get(number)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        return new ImageSource(name, "127.0.0.1", door.port());
    }

    private static byte[] damaged(byte[] content, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> flipped(content, random.nextInt(content.length));
            case 1 -> Arrays.copyOf(content, random.nextInt(content.length));
            default -> Arrays.copyOf(content, content.length + 1 + random.nextInt(1000));
        };
    }

    private Path file() {
        return folder.resolve("partial");
    }

    private Ending fetch(byte[] content, List<ImageSource> sources) throws Exception {
        return fetch(self, content, sources);
    }

    private Ending fetch(Identity as, byte[] content, List<ImageSource> sources) throws Exception {
        return download(as, content, sources, PATIENCE).into(file());
    }

    private ImageDownload download(Identity as, byte[] content, List<ImageSource> sources, Duration patience) {
        return new ImageDownload(as, patience, sha(content), () -> Optional.of(sources), told, new Random(1));
    }

    private ImageSource door(String name, byte[] content) throws IOException {
        Path file = Files.write(Files.createTempFile(folder, name, ""), content);
        Map<Sha256, Path> files = new HashMap<>();
        files.put(sha(content), file);
        ImageDoor door = keep(ImageDoor.open("127.0.0.1", 0, 8, authority.identity(name), image -> {
            asked.add(name);
            // What is damaged is there under the name of the image.
            return name.startsWith("h") ? Optional.ofNullable(files.get(image)) : Optional.of(file);
        }));
        return new ImageSource(name, "127.0.0.1", door.port());
    }

    private ImageSource behind(ImageSource source, List<Long> allowed) throws IOException {
        CuttingProxy proxy = keep(new CuttingProxy(source.port(), allowed));
        return new ImageSource(source.name(), source.address(), proxy.port());
    }

    private <T extends AutoCloseable> T keep(T one) {
        opened.add(one);
        return one;
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] flipped(byte[] content, int at) {
        byte[] changed = content.clone();
        changed[at] ^= 1;
        return changed;
    }

    static Sha256 sha(byte[] content) {
        try {
            return new Sha256(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
