package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archives on this host, a directory each, named by the result's id: the archive, and last of all a manifest, without
 * which it does not count. Archives are written and read as bytes; nothing looks into them. Any thread.
 */
final class Spool {
    static final String ARCHIVE = "archive.tar";
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String MANIFEST = "manifest.json";
    private static final String REFUSED = "refused";

    private final Path directory;
    private final Path refused;
    private final Room room;
    private final Map<ResultId, SpooledResult> waiting = new ConcurrentHashMap<>();
    /** What no router wants, for a person to look at and remove. It fills the spool like the others. */
    private final Map<ResultId, SpooledResult> setAside = new ConcurrentHashMap<>();

    private Spool(Path directory, Room room) {
        this.directory = directory;
        this.refused = directory.resolve(REFUSED);
        this.room = room;
    }

    /** Opens the spool in {@code directory}; what an agent that died had not received whole is removed. */
    static Spool open(Path directory, ResultsConfig limits) throws IOException {
        Spool spool = new Spool(directory, new Room(limits));
        DurableFiles.makeDirectory(directory);
        DurableFiles.makeDirectory(spool.refused);
        spool.load(spool.refused, spool.setAside);
        spool.load(directory, spool.waiting);
        return spool;
    }

    /** What no router has yet, the oldest first. */
    List<SpooledResult> waiting() {
        return waiting.values().stream()
                .sorted(Comparator.comparing(result -> result.begin().askedAt()))
                .toList();
    }

    Draft begin(CapsuleId capsule) throws IOException {
        ResultId id = ResultId.random();
        return Draft.make(id, capsule, directory.resolve(id.toString()));
    }

    /** Writes on, where there is room; answers whether there was. */
    boolean write(Draft draft, ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (!room.take(draft.capsule(), count) && !(hasForgottenSetAside() && room.take(draft.capsule(), count))) {
            return false;
        }
        draft.write(bytes);
        return true;
    }

    void discard(Draft draft) throws IOException {
        room.giveBack(draft.capsule(), draft.bytes());
        draft.discard();
    }

    /** From here on the result counts, whatever happens to the host. The draft's bytes are on the disk already. */
    void keep(Draft draft, SpooledResult result) throws IOException {
        DurableFiles.write(draft.directory(), MANIFEST, WireJson.text(result));
        DurableFiles.sync(directory);
        waiting.put(result.id(), result);
    }

    /** The bytes from {@code offset} on, as many as a chunk has. */
    byte[] read(SpooledResult result, long offset) throws IOException {
        long left = result.begin().bytes() - offset;
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(left, ResultMessage.CHUNK));
        try (FileChannel archive =
                FileChannel.open(directory.resolve(result.id().toString()).resolve(ARCHIVE), StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (archive.read(bytes, offset + bytes.position()) < 0) {
                    throw new IOException("the archive of result " + result.id() + " is shorter than it was");
                }
            }
        }
        return bytes.array();
    }

    void forget(SpooledResult result) throws IOException {
        // The manifest goes first: an agent that dies in between finds a result that does not count.
        Path place = directory.resolve(result.id().toString());
        Files.deleteIfExists(place.resolve(MANIFEST));
        DurableFiles.deleteTree(place);
        if (waiting.remove(result.id()) != null) {
            room.giveBack(result.capsule(), result.begin().bytes());
        }
    }

    /** Puts a result that no router will take where a person finds it; answers where. */
    Path setAside(SpooledResult result) throws IOException {
        Path place = refused.resolve(result.id().toString());
        Files.move(directory.resolve(result.id().toString()), place, StandardCopyOption.ATOMIC_MOVE);
        waiting.remove(result.id());
        setAside.put(result.id(), result);
        return place;
    }

    /** Whether a person has removed any of what was set aside. */
    private boolean hasForgottenSetAside() {
        boolean any = false;
        for (SpooledResult result : List.copyOf(setAside.values())) {
            boolean isGone = !Files.exists(refused.resolve(result.id().toString()));
            if (isGone && setAside.remove(result.id(), result)) {
                room.giveBack(result.capsule(), result.begin().bytes());
                any = true;
            }
        }
        return any;
    }

    private void load(Path from, Map<ResultId, SpooledResult> into) throws IOException {
        for (Path place : DurableFiles.list(from)) {
            Optional<ResultId> id = id(place);
            if (id.isEmpty()) {
                continue;
            }
            if (Files.exists(place.resolve(MANIFEST))) {
                read(place, id.get()).ifPresent(result -> {
                    into.put(result.id(), result);
                    room.occupy(result.capsule(), result.begin().bytes());
                });
            } else {
                LOG.atInfo().log("half a result is removed: {}", place);
                DurableFiles.deleteTree(place);
            }
        }
    }

    private static Optional<SpooledResult> read(Path place, ResultId id) throws IOException {
        try {
            SpooledResult result = WireJson.read(Files.readString(place.resolve(MANIFEST)), SpooledResult.class);
            if (result.id().equals(id)) {
                return Optional.of(result);
            }
            LOG.atError().log("{} belongs to another result; it is left where it is", place.resolve(MANIFEST));
        } catch (IllegalArgumentException e) {
            LOG.atError().setCause(e).log("{} cannot be read; it is left where it is", place.resolve(MANIFEST));
        }
        return Optional.empty();
    }

    private static Optional<ResultId> id(Path place) {
        try {
            return Optional.of(ResultId.parse(String.valueOf(place.getFileName())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
