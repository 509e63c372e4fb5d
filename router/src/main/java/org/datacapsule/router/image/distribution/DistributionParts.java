package org.datacapsule.router.image.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDoor;
import org.datacapsule.common.transfer.ImageOffer;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.identity.ReportDesk;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.work.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires how images get to hosts. */
public final class DistributionParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DistributionParts.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Around around;
    private final Optional<ImageDoor> door;
    private final SourceDesk sources;
    private final Optional<BringToStore> bringing;

    /**
     * The parts of a router that these are made with.
     *
     * @param depot the image store; absent where this cluster has none
     * @param identity what this router proves itself with
     * @param name that is in its certificate
     */
    public record Around(
            Database database, Optional<ImageDepot> depot, AuditLog audit, Identity identity, String name) {
        boolean stores(Sha256 image) {
            return depot.filter(kept -> kept.has(image)).isPresent();
        }
    }

    public DistributionParts(DistributionConfig config, Around around) {
        this.around = around;
        this.door = around.depot().flatMap(depot -> open(config, around.identity(), depot));
        this.bringing = around.depot()
                .map(depot -> new BringToStore(around.database(), depot, around.identity(), InstantSource.system()));
        this.sources = new SourceDesk(
                around.database(),
                around::stores,
                door.map(opened -> new ImageSource(around.name(), config.address(), opened.port())));
    }

    /** A router without it does the rest, and hosts fetch images from those that have one. */
    private static Optional<ImageDoor> open(DistributionConfig config, Identity identity, ImageDepot depot) {
        try {
            return Optional.of(ImageDoor.openStore(
                    config.address(), config.port(), config.transfers(), identity, image -> offer(depot, image)));
        } catch (IOException e) {
            LOG.atError().setCause(e).log("hosts cannot fetch images from this router");
            return Optional.empty();
        }
    }

    /** What is in a file is left to the kernel; the rest comes by as it is read. */
    private static Optional<ImageOffer> offer(ImageDepot depot, Sha256 image) throws IOException {
        Optional<Path> file = depot.file(image);
        if (file.isPresent()) {
            return Optional.of(new ImageOffer.OfFile(file.get()));
        }
        OptionalLong bytes = depot.has(image) ? depot.size(image) : OptionalLong.empty();
        return bytes.isPresent()
                ? Optional.of(new ImageOffer.OfStream(bytes.getAsLong(), from -> depot.read(image, from)))
                : Optional.empty();
    }

    /** Answers hosts that lack an image. */
    public void serve(Bus bus, ReportDesk desk) {
        desk.serve(
                bus,
                Contracts.IMAGE_SOURCES,
                question -> Optional.of(question.host()),
                (from, question) -> sources.answer(question));
    }

    /** Whom this router gives no image any more. */
    public void refuse(RevocationList revoked) {
        door.ifPresent(opened -> opened.refuse(revoked));
    }

    public Loop startCare() {
        ImageCare care = new ImageCare(around.database(), around.depot(), around.audit(), InstantSource.system());
        return Loop.start("images", LOOK, care::look);
    }

    /** Brings images of capsules to the image store; none where there is no store. */
    public Optional<AutoCloseable> startBringing() {
        return bringing.map(bring -> {
            Loop loop = Loop.start("image-store", LOOK, bring::bringOne);
            return () -> {
                bring.close();
                loop.close();
            };
        });
    }

    @Override
    public void close() {
        door.ifPresent(ImageDoor::close);
    }
}
