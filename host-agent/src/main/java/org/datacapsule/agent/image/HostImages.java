package org.datacapsule.agent.image;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.RevokedCertificates;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.transfer.ImageDoor;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This host's images on their way in and out, while the agent runs. */
public final class HostImages {
    private static final Logger LOG = LoggerFactory.getLogger(HostImages.class);

    private final HostId self;
    private final ImageConfig config;
    private final ImageShelf shelf;
    private final IdentityFiles identity;
    private final ImageFetching fetching;
    private final ImageErrands errands;
    private final Optional<ImageDoor> door;

    private HostImages(
            HostId self,
            ImageConfig config,
            ImageShelf shelf,
            IdentityFiles identity,
            ImageFetching fetching,
            ImageErrands errands,
            Optional<ImageDoor> door) {
        this.self = self;
        this.config = config;
        this.shelf = shelf;
        this.identity = identity;
        this.fetching = fetching;
        this.errands = errands;
        this.door = door;
    }

    /** Opens the door, and is ready to fetch. */
    public static HostImages open(
            HostId self,
            ImageConfig config,
            ImageShelf shelf,
            IdentityFiles identity,
            Routers routers,
            InstantSource clock) {
        CacheRoom room = new CacheRoom(shelf, config.cacheBytes());
        ImageFetching fetching = new ImageFetching(self, shelf, room, routers, identity::read);
        ImageErrands errands = new ImageErrands(shelf, room, fetching, clock);
        return new HostImages(self, config, shelf, identity, fetching, errands, openDoor(config, shelf, identity));
    }

    /** A host works without it: it gets images, and others get theirs elsewhere. */
    private static Optional<ImageDoor> openDoor(ImageConfig config, ImageShelf shelf, IdentityFiles identity) {
        try {
            Optional<RevokedCertificates> revoked = identity.revoked();
            ImageDoor opened =
                    ImageDoor.open(config.address(), config.port(), config.transfers(), identity.read(), shelf::file);
            revoked.ifPresent(known -> opened.refuse(known.members()));
            return Optional.of(opened);
        } catch (IOException e) {
            LOG.atError().setCause(e).log("other hosts cannot fetch images of this one");
            return Optional.empty();
        }
    }

    /** For who needs an image. */
    public ImageSupply supply() {
        return fetching;
    }

    /** What a heartbeat says, the answer to which has orders. */
    public ImageStock stock() {
        errands.asks();
        return new ImageStock(
                shelf.directory().toString(),
                door.map(opened -> new ImageSource(self.value(), config.address(), opened.port())),
                fetching.underWay(),
                errands.failed());
    }

    /** What a router asks for with its answer to a heartbeat. */
    public void obey(ImageOrders orders) {
        errands.obey(orders);
    }

    /** The door has the certificate and refuses whom the host is to refuse, as its files have it; answers whether it could. */
    public boolean certificatesChanged() {
        return door.map(this::read).orElse(true);
    }

    private boolean read(ImageDoor opened) {
        try {
            opened.renew(identity.read());
            identity.revoked().ifPresent(revoked -> opened.refuse(revoked.members()));
            return true;
        } catch (IOException e) {
            LOG.atError().setCause(e).log("the image door goes on with its old certificate and those it refused");
            return false;
        }
    }

    /** What is on its way is gone on with after the next start. */
    public void stop() throws InterruptedException {
        fetching.stop();
        door.ifPresent(ImageDoor::close);
    }
}
