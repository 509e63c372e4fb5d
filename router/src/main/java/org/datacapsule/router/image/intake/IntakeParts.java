package org.datacapsule.router.image.intake;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.inspect.Confinement;
import org.datacapsule.router.image.inspect.ConfinementException;
import org.datacapsule.router.image.inspect.StandaloneImage;
import org.datacapsule.router.image.source.AddressGuard;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.user.UserStore;
import org.datacapsule.router.work.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires all there is of images' files coming and going. */
public final class IntakeParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeParts.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final int IMPORTS_AT_ONCE = 2;

    private final IntakeConfig config;
    private final Around around;
    private final IntakeStore intakes = new IntakeStore();
    private final Optional<Confinement> confinement;
    private final Store store;
    private final BeginIntake begin;
    private final ShowIntakes show;
    private final EndIntake end;
    private final ReceiveUpload receive;
    private final ImageFiles files;
    private final List<AutoCloseable> started = new ArrayList<>();
    private volatile Runnable arrived = () -> {};

    /**
     * The parts of a router that this is made with.
     *
     * @param depot none: this cluster keeps no files of images
     */
    public record Around(
            Vertx vertx,
            Database database,
            Idempotency idempotency,
            UserStore users,
            ImageStore images,
            AuditLog audit,
            Optional<ImageDepot> depot) {}

    public IntakeParts(IntakeConfig config, Around around) throws InterruptedException {
        this.config = config;
        this.around = around;
        this.confinement = around.depot().isPresent() ? confinement() : Optional.empty();
        this.store = new Store(
                around.depot(),
                confinement.map(
                        confined -> new StandaloneImage(confined, config.mostVirtualBytes(), config.checkLimit())));
        this.begin = new BeginIntake(
                around.users(), around.images(), intakes, store, AddressGuard.of(config.origins()), config);
        this.show = new ShowIntakes(intakes);
        this.end = new EndIntake(intakes, around.images(), store, around.audit());
        this.receive = new ReceiveUpload(around.database(), intakes, store, config, () -> arrived.run());
        this.files = new ImageFiles(around.database(), around.images(), store, around.audit());
    }

    private static Optional<Confinement> confinement() throws InterruptedException {
        try {
            return Optional.of(Confinement.open());
        } catch (ConfinementException e) {
            LOG.atError().addKeyValue("cause", e.getMessage()).log("no files of images are taken by this router");
            return Optional.empty();
        }
    }

    /** Begins uploads and imports. */
    public BeginIntake begin() {
        return begin;
    }

    /** Takes the files of uploads. */
    public ReceiveUpload receive() {
        return receive;
    }

    /** Says how far they are. */
    public ShowIntakes show() {
        return show;
    }

    /** Cancels them. */
    public EndIntake end() {
        return end;
    }

    /** Gives the files of images out. */
    public ImageFiles files() {
        return files;
    }

    /** How many files this router fetches at a time. */
    public int fetchers() {
        return store.open().isPresent() ? IMPORTS_AT_ONCE : 0;
    }

    /** How many files this router looks at at a time. */
    public int checkers() {
        return store.open().isPresent() ? 1 : 0;
    }

    public void register(Endpoints endpoints) {
        new IntakeRoutes(around.database(), around.idempotency(), begin, receive, show, end, around.audit())
                .register(endpoints);
        files.register(endpoints);
    }

    /** Fetches and looks at files until it is closed. */
    public void start() {
        around.depot().ifPresent(depot -> {
            IntakeSweep sweep = new IntakeSweep(around.database(), intakes, end, depot, config);
            started.add(Loop.start("image-sweep", SWEEP, sweep::sweepOne));
        });
        store.open().ifPresent(open -> {
            CheckFiles check = new CheckFiles(around.database(), intakes, open, end, config);
            Loop checks = Loop.start("image-check", LOOK, check::checkOne);
            arrived = checks::wake;
            started.add(checks);
            ImageSource source =
                    ImageSource.create(around.vertx(), AddressGuard.of(config.origins()), config.authorities());
            started.add(source);
            FetchImports fetch = new FetchImports(around.database(), intakes, open, source, end, config, checks::wake);
            for (int loop = 0; loop < IMPORTS_AT_ONCE; loop++) {
                started.add(Loop.start("image-import", LOOK, fetch::fetchOne));
            }
        });
    }

    @Override
    public void close() {
        for (AutoCloseable part : started.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a part did not close");
            }
        }
        confinement.ifPresent(Confinement::close);
    }
}
