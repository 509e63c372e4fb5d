package org.datacapsule.router.capsule;

import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.user.Quota;
import org.datacapsule.router.user.UserStore;

/** createvm: image, quota, host, ports and address are found and held in one transaction, or nothing is. */
public final class CreateCapsule {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ImageStore images;
    private final Reservation reservation;
    private final CapsuleStore capsules;
    private final LoginSecret secrets;
    private final StartOperation start;
    private final CapsuleConfig config;
    private final SecureModeConfig secureMode;
    private final GuestNetwork network;

    public CreateCapsule(
            Idempotency idempotency,
            UserStore users,
            ImageStore images,
            Reservation reservation,
            CapsuleStore capsules,
            LoginSecret secrets,
            StartOperation start,
            CapsuleConfig config,
            SecureModeConfig secureMode,
            GuestNetwork network) {
        this.idempotency = idempotency;
        this.users = users;
        this.images = images;
        this.reservation = reservation;
        this.capsules = capsules;
        this.secrets = secrets;
        this.start = start;
        this.config = config;
        this.secureMode = secureMode;
        this.network = network;
    }

    /** What the endpoint does. */
    public Reply create(Call call) throws InterruptedException {
        CreateRequest request = CreateRequest.from(call.parameters(), config);
        return idempotency.once(call, tx -> create(tx, call, request));
    }

    private Reply create(Tx tx, Call call, CreateRequest request) throws InterruptedException {
        String creator = call.caller().guid();
        users.seen(tx, call.caller());
        Image image = images.usable(tx, request.image(), creator).orElseThrow(() -> noImage(request.image()));
        requireQuota(tx, creator, request);

        CapsuleId id = CapsuleId.random();
        Demand demand = Demand.of(
                request.vcpus(),
                request.memoryMb(),
                config.diskGb(),
                secureMode.volumeMb(),
                image.content().orElseThrow(),
                network,
                request.type(),
                creator);
        Reservation.Place place = reservation.take(tx, id, demand);
        NewCapsule row = new NewCapsule(
                id,
                request.name().orElse("capsule-" + id.toString().substring(0, 8)),
                request.type(),
                request.vcpus(),
                request.memoryMb(),
                config.diskGb(),
                secureMode.volumeMb(),
                image.id(),
                place.host(),
                place.ports(),
                place.guestSlot(),
                request.loginUserName(),
                secrets.seal(id, request.loginPassword()),
                request.purpose());
        capsules.insert(tx, row, creator);
        Capsule capsule = new Capsule(id, request.type(), CapsuleStatus.CREATE_PENDING, place.host(), 1, 0);
        return start.begin(tx, call, capsule, OperationKind.CREATE, CapsuleStatus.CREATE_PENDING);
    }

    private void requireQuota(Tx tx, String user, CreateRequest request) throws InterruptedException {
        Quota quota = users.lockQuota(tx, user);
        Quota used = users.used(tx, user);
        requireQuota("vcpu", used.vcpus(), request.vcpus(), quota.vcpus());
        requireQuota("memory (MB)", used.memoryMb(), request.memoryMb(), quota.memoryMb());
        requireQuota("disk (GB)", used.diskGb(), config.diskGb(), quota.diskGb());
    }

    private static void requireQuota(String what, int used, int more, int quota) {
        if ((long) used + more > quota) {
            throw new ProblemException(
                    ErrorCode.QUOTA_EXCEEDED,
                    "Your " + what + " quota is " + quota + ": " + used + " in use, " + more
                            + " more asked for. Ask for less, or delete a capsule.");
        }
    }

    private static ProblemException noImage(ImageId id) {
        return new ProblemException(
                ErrorCode.IMAGE_NOT_FOUND, "There is no active image " + id + " that is public or your own.");
    }
}
