package org.datacapsule.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.hypervisor.ImageSupply.Held;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.storage.ImageCache;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.testing.CuttingProxy;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.transfer.ImageDoor;
import org.datacapsule.common.wire.ImageAnswer;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.ImageQuestion;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock.FailedFetch;
import org.datacapsule.common.wire.ReportContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host's real image cache, real doors, and a router that is the test. */
class ImageFetchingTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final HostId HOST = new HostId("h1");

    private final TestAuthority authority = new TestAuthority();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final ConcurrentLinkedQueue<ImageQuestion> questions = new ConcurrentLinkedQueue<>();
    private final Set<Sha256> needed = ConcurrentHashMap.newKeySet();
    private volatile List<ImageSource> sources = List.of();
    private volatile boolean routersAreAway;

    private final Routers routers = new Routers() {
        @Override
        public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) {
            questions.add((ImageQuestion) question);
            return routersAreAway
                    ? Optional.empty()
                    : Optional.of(contract.answer().cast(new ImageAnswer(sources)));
        }
    };

    @TempDir
    private Path folder;

    private Path directory;
    private ImageCache shelf;
    private CacheRoom room;
    private ImageFetching fetching;
    private ImageErrands errands;

    @BeforeEach
    void start() throws IOException {
        directory = Files.createDirectories(folder.resolve("images"));
        begin(Long.MAX_VALUE);
    }

    @AfterEach
    void stop() throws Exception {
        fetching.stop();
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private void begin(long limit) {
        shelf = new ImageCache(directory, TestImage.PROGRAMS, () -> new HashSet<>(needed));
        room = new CacheRoom(shelf, limit);
        fetching = new ImageFetching(HOST, shelf, room, routers, () -> authority.identity(HOST.value()));
        errands = new ImageErrands(shelf, room, fetching, InstantSource.system());
    }

    @Test
    void howeverManyWaitThereIsOneTransfer() throws Exception {
        TestImage image = TestImage.make(folder, 2_000_000, 1);
        sources = List.of(door("store", image));
        CountDownLatch here = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            Thread.ofVirtual().start(() -> {
                awaitHere(image.content());
                here.countDown();
            });
        }
        here.await();

        assertThat(requests).hasValue(1);
        assertThat(shelf.verified()).containsExactly(image.content());
        assertThat(filesOf(image)).allMatch(name -> !name.endsWith(".unfinished"));
        awaitHere(image.content());
        assertThat(requests).hasValue(1);
    }

    @Test
    void afterARestartItGoesOnWithWhatHasCome() throws Exception {
        TestImage image = TestImage.make(folder, 3_000_000, 2);
        ImageSource door = door("store", image);
        CuttingProxy cut = keep(new CuttingProxy(door.port(), List.of(1_500_000L, 0L)));
        sources = List.of(new ImageSource("store", "127.0.0.1", cut.port()));
        assertThat(fetching.fetch(image.content()).orElseThrow()).hasMessageContaining("could not be fetched: store");
        long had = Files.size(shelf.unfinished(image.content()));
        assertThat(had).isPositive();

        fetching.stop();
        begin(Long.MAX_VALUE);
        CuttingProxy rest = keep(new CuttingProxy(door.port(), List.of(Files.size(image.file()) - had + 20_000, 0L)));
        sources = List.of(new ImageSource("store", "127.0.0.1", rest.port()));

        assertThat(fetching.fetch(image.content()))
                .as("the wire lets no more through than the rest")
                .isEmpty();
        assertThat(shelf.verified()).containsExactly(image.content());
    }

    @Test
    void routersAreToldWhoHasADamagedCopyAndTheImageComesFromAnother() throws Exception {
        TestImage image = TestImage.make(folder, 500_000, 3);
        TestImage other = TestImage.make(folder, 500_000, 4);
        sources = List.of(door("h2", new TestImage(other.file(), image.content())));
        assertThat(fetching.fetch(image.content()).orElseThrow().problem().code())
                .isEqualTo(ErrorCode.HOST_IMAGE_MISSING);
        assertThat(questions)
                .anySatisfy(question -> assertThat(question.damaged()).containsExactly("h2"));
        assertThat(shelf.verified()).isEmpty();
        questions.clear();

        sources = List.of(sources.getFirst(), door("h3", image), door("h4", image));
        assertThat(fetching.fetch(image.content())).isEmpty();
        assertThat(shelf.verified()).containsExactly(image.content());
    }

    @Test
    void anImageThatNobodyHasIsSaidToBeMissing() {
        Held held = fetching.hold(new Sha256("12".repeat(32)));
        assertThatThrownBy(() -> held.await(SOON))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("neither a host that is up nor an image store has it");
    }

    @Test
    void whileRoutersAreAwayOneWaits() throws Exception {
        TestImage image = TestImage.make(folder, 1000, 5);
        routersAreAway = true;
        Held held = fetching.hold(image.content());
        assertThat(held.await(Duration.ofMillis(1))).isFalse();
        await().atMost(SOON).until(() -> questions.size() >= 2);

        sources = List.of(door("store", image));
        routersAreAway = false;
        assertThat(held.await(SOON)).isTrue();
    }

    @Test
    void aFileThatWasPutThereByHandIsReadAndNotFetched() throws Exception {
        TestImage image = TestImage.make(folder, 1000, 6);
        Files.copy(image.file(), directory.resolve(image.content() + ".qcow2"));
        awaitHere(image.content());
        assertThat(questions).isEmpty();
    }

    @Test
    void whatWasNotNeededForLongestMakesRoomAndIsNotFetchedAheadAgain() throws Exception {
        TestImage byHand = TestImage.make(folder, 1_000_000, 10);
        TestImage based = TestImage.make(folder, 1_000_000, 11);
        TestImage old = TestImage.make(folder, 1_000_000, 12);
        TestImage young = TestImage.make(folder, 1_000_000, 13);
        TestImage last = TestImage.make(folder, 1_000_000, 14);
        sources = List.of(door("store", byHand, based, old, young, last));
        begin(5_500_000);
        shelf.add(byHand.file());
        for (TestImage image : List.of(based, old, young)) {
            assertThat(fetching.fetch(image.content())).isEmpty();
        }
        needed.add(based.content());
        awaitHere(old.content());
        awaitHere(young.content());

        assertThat(fetching.fetch(last.content())).isEmpty();

        assertThat(shelf.verified())
                .containsExactlyInAnyOrder(byHand.content(), based.content(), young.content(), last.content());
        errands.obey(new ImageOrders(List.of(old.content()), List.of(), List.of()));
        assertThat(errands.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.why()).startsWith("it made room for others"));
        int before = requests.get();
        awaitHere(old.content());
        assertThat(requests).hasValue(before + 1);
        assertThat(shelf.verified()).as("one of the others went").hasSize(4).contains(old.content());
    }

    @Test
    void whereEverythingIsNeededNothingMoreComes() throws Exception {
        TestImage based = TestImage.make(folder, 1_000_000, 15);
        TestImage held = TestImage.make(folder, 1_000_000, 16);
        TestImage more = TestImage.make(folder, 1_000_000, 17);
        sources = List.of(door("store", based, held, more));
        begin(3_000_000);
        needed.add(based.content());
        assertThat(fetching.fetch(based.content())).isEmpty();
        try (Held one = fetching.hold(held.content())) {
            assertThat(one.await(SOON)).isTrue();
            assertThat(fetching.fetch(more.content()).orElseThrow().problem().code())
                    .isEqualTo(ErrorCode.HOST_DISK_FULL);
        }
        assertThat(shelf.verified()).containsExactlyInAnyOrder(based.content(), held.content());
        errands.obey(new ImageOrders(List.of(more.content()), List.of(), List.of()));
        await().atMost(SOON).until(() -> shelf.verified().contains(more.content()));
    }

    @Test
    void aDeletedImageGoesOnceNothingLiesOnIt() throws Exception {
        TestImage image = TestImage.make(folder, 1000, 20);
        shelf.add(image.file());
        needed.add(image.content());
        ImageOrders remove = new ImageOrders(List.of(), List.of(image.content()), List.of());

        assertThat(room.remove(image.content(), room.making())).isFalse();
        needed.clear();
        try (Held held = fetching.hold(image.content())) {
            assertThat(held.isHere()).isTrue();
            assertThat(room.remove(image.content(), room.making())).isFalse();
        }
        errands.obey(remove);

        await().atMost(SOON).until(() -> shelf.verified().isEmpty());
        assertThat(filesOf(image)).isEmpty();
    }

    /** What a router said before it knew of it, and what is carried out after. */
    @Test
    void anOrderFromBeforeAnImageWasMadeDoesNotRemoveIt() throws Exception {
        TestImage image = TestImage.make(folder, 1000, 22);
        TestImage other = TestImage.make(folder, 1000, 23);
        ImageOrders remove = new ImageOrders(List.of(), List.of(image.content()), List.of(other.content()));
        errands.asks();

        fetching.makeRoom(1000);
        shelf.add(image.file());
        shelf.add(other.file());
        Path stamp = directory.resolve(other.content() + ".verified");
        Files.delete(stamp);
        errands.obey(remove);

        await("the end of these orders").atMost(SOON).until(() -> Files.exists(stamp));
        assertThat(shelf.verified()).contains(image.content());

        await().atMost(SOON).until(() -> {
            errands.asks();
            errands.obey(new ImageOrders(List.of(), List.of(image.content()), List.of()));
            return !shelf.verified().contains(image.content());
        });
    }

    @Test
    void anImageOthersFoundDamagedIsReadAgain() throws Exception {
        TestImage image = TestImage.make(folder, 1000, 21);
        shelf.add(image.file());
        Path file = directory.resolve(image.content() + ".qcow2");
        var changed = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, changed);
        Files.writeString(directory.resolve(image.content() + ".verified"), stamp(file));
        begin(Long.MAX_VALUE);
        assertThat(shelf.verified()).as("nobody has noticed").containsExactly(image.content());

        errands.obey(new ImageOrders(List.of(), List.of(), List.of(image.content())));

        await().atMost(SOON).until(() -> shelf.verified().isEmpty());
        sources = List.of(door("store", image));
        assertThat(fetching.fetch(image.content())).isEmpty();
        assertThat(file).hasSameBinaryContentAs(image.file());
    }

    @Test
    void whatCannotBeFetchedAheadIsSaidAndNotTriedAtOnce() throws Exception {
        Sha256 nobodys = new Sha256("34".repeat(32));
        ImageOrders orders = new ImageOrders(List.of(nobodys), List.of(), List.of());
        errands.obey(orders);
        await().atMost(SOON).until(() -> !errands.failed().isEmpty());
        assertThat(errands.failed()).extracting(FailedFetch::image).containsExactly(nobodys);
        int asked = questions.size();

        errands.obey(orders);
        errands.obey(ImageOrders.NONE);

        assertThat(errands.failed()).isEmpty();
        assertThat(questions).hasSize(asked);
    }

    private static String stamp(Path file) throws IOException {
        var attributes = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
        return attributes.size() + " " + attributes.lastModifiedTime().toMillis() + " " + attributes.fileKey();
    }

    private void awaitHere(Sha256 image) {
        try (Held held = fetching.hold(image)) {
            assertThat(held.isHere() || held.await(SOON)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> filesOf(TestImage image) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(image.content().hex()))
                    .toList();
        }
    }

    private ImageSource door(String name, TestImage... images) throws IOException {
        List<TestImage> all = new CopyOnWriteArrayList<>(images);
        ImageDoor door = keep(ImageDoor.open("127.0.0.1", 0, 8, authority.identity(name), asked -> {
            requests.incrementAndGet();
            return all.stream()
                    .filter(image -> image.content().equals(asked))
                    .map(TestImage::file)
                    .findFirst();
        }));
        return new ImageSource(name, "127.0.0.1", door.port());
    }

    private <T extends AutoCloseable> T keep(T one) {
        opened.add(one);
        return one;
    }
}
