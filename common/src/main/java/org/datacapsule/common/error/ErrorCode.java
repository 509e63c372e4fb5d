package org.datacapsule.common.error;

/**
 * Every error datacapsule can answer with. The slug is stable and machine-readable: once published it keeps its meaning.
 * The HTTP status is the one of the capsule API, in which an unknown capsule, a missing role and a wrong state are all
 * 400 (capsule API, "Wire rules").
 */
public enum ErrorCode {
    REQUEST_INVALID(
            "request.invalid", ErrorKind.CALLER, 400, "A parameter is missing or has a value that is not allowed."),
    REQUEST_MALFORMED(
            "request.malformed", ErrorKind.CALLER, 400, "The body cannot be read as what its content type says."),
    REQUEST_TOO_LARGE("request.too-large", ErrorKind.CALLER, 413, "The body is larger than the server accepts."),
    REQUEST_UNSUPPORTED_MEDIA_TYPE(
            "request.unsupported-media-type",
            ErrorKind.CALLER,
            415,
            "The body's content type is none of those the endpoint takes."),
    REQUEST_NOT_FOUND("request.not-found", ErrorKind.CALLER, 404, "There is no such path."),
    REQUEST_METHOD_NOT_ALLOWED(
            "request.method-not-allowed",
            ErrorKind.CALLER,
            405,
            "The path exists, but not with this verb; see the Allow header."),
    REQUEST_RANGE_NOT_SATISFIABLE(
            "request.range-not-satisfiable", ErrorKind.CALLER, 416, "The file has no such part as the Range asks for."),
    REQUEST_TIMEOUT("request.timeout", ErrorKind.CALLER, 408, "The request took too long to arrive."),
    IDEMPOTENCY_CONFLICT(
            "idempotency.conflict",
            ErrorKind.CALLER,
            400,
            "The Idempotency-Key was used before with a different request."),
    AUTH_TOKEN_MISSING(
            "auth.token-missing", ErrorKind.CALLER, 401, "There is no bearer token in the Authorization header."),
    AUTH_TOKEN_INVALID(
            "auth.token-invalid",
            ErrorKind.CALLER,
            401,
            "The token is malformed, wrongly signed, for another audience, from another issuer, or lacks a claim."),
    AUTH_TOKEN_EXPIRED("auth.token-expired", ErrorKind.CALLER, 401, "The token is no longer, or not yet, valid."),
    AUTH_FORBIDDEN("auth.forbidden", ErrorKind.CALLER, 403, "The token lacks the role the endpoint needs."),
    CAPSULE_NOT_FOUND(
            "capsule.not-found",
            ErrorKind.CALLER,
            400,
            "There is no such capsule, or the caller has no role on it; the two are not told apart."),
    CAPSULE_INVALID_STATE(
            "capsule.invalid-state", ErrorKind.CALLER, 400, "The capsule's state does not allow the command now."),
    CAPSULE_PERMISSION_DENIED(
            "capsule.permission-denied",
            ErrorKind.CALLER,
            400,
            "The caller's role on the capsule does not allow the command."),
    CAPSULE_TOU_NOT_ACCEPTED(
            "capsule.tou-not-accepted",
            ErrorKind.CALLER,
            400,
            "The caller has not accepted the capsule's terms of use."),
    CAPSULE_FULL_ACCESS_REQUIRED(
            "capsule.full-access-required",
            ErrorKind.CALLER,
            400,
            "The caller has not been granted full access on this capsule."),
    CAPSULE_EXPIRED(
            "capsule.expired",
            ErrorKind.CALLER,
            400,
            "The capsule's life is over; an owner can extend it until it is deleted."),
    CAPSULE_EXTENSIONS_EXHAUSTED(
            "capsule.extensions-exhausted",
            ErrorKind.CALLER,
            400,
            "The capsule's life was extended as often as the cluster allows."),
    CAPSULE_INVALID_CONVERSION(
            "capsule.invalid-conversion",
            ErrorKind.CALLER,
            400,
            "A capsule of its type cannot become one of the type asked for."),
    CAPSULE_FULL_ACCESS_PENDING(
            "capsule.full-access-pending",
            ErrorKind.CALLER,
            400,
            "A request for full access to the capsule is waiting for its decision."),
    CAPSULE_FULL_ACCESS_NOT_PENDING(
            "capsule.full-access-not-pending",
            ErrorKind.CALLER,
            400,
            "There is no request for full access to decide, or none of the users named."),
    SHARING_NOT_SHAREABLE("sharing.not-shareable", ErrorKind.CALLER, 400, "A capsule of this type cannot be shared."),
    SHARING_LIMIT_EXCEEDED(
            "sharing.limit-exceeded", ErrorKind.CALLER, 400, "The capsule would have more roles than are allowed."),
    SHARING_NOT_A_MEMBER("sharing.not-a-member", ErrorKind.CALLER, 400, "A user named has no role on the capsule."),
    SHARING_INVALID_ROLE(
            "sharing.invalid-role",
            ErrorKind.CALLER,
            400,
            "A user named is not a SHAREE, and only those can be removed."),
    SHARING_INVALID_TRANSITION(
            "sharing.invalid-transition",
            ErrorKind.CALLER,
            400,
            "Control cannot pass between the roles the two users have."),
    SHARING_TARGET_NOT_READY(
            "sharing.target-not-ready",
            ErrorKind.CALLER,
            400,
            "The user named has not accepted the capsule's terms of use, or lacks full access to it."),
    SHARING_SUPPORT_USER_UNSET(
            "sharing.support-user-unset", ErrorKind.OPERATOR, 400, "This cluster names no support user."),
    USER_EMAIL_MISSING("user.email-missing", ErrorKind.CALLER, 400, "The caller's token has no email."),
    IMAGE_NOT_FOUND("image.not-found", ErrorKind.CALLER, 400, "There is no such image, or the caller may not use it."),
    IMAGE_INVALID_STATE("image.invalid-state", ErrorKind.CALLER, 400, "The image's state does not allow this now."),
    IMAGE_NAME_TAKEN("image.name-taken", ErrorKind.CALLER, 400, "Another image that is not deleted has this name."),
    IMAGE_PERMISSION_DENIED(
            "image.permission-denied",
            ErrorKind.CALLER,
            400,
            "Only the image's owner, an operator or an admin may do this."),
    IMAGE_IN_USE(
            "image.in-use",
            ErrorKind.CALLER,
            400,
            "A capsule is being made from the image at this moment; the image is deleted once that is done."),
    IMAGE_REFUSED(
            "image.refused", ErrorKind.CALLER, 400, "The file is no image that is taken; the description says why."),
    IMAGE_TOO_LARGE(
            "image.too-large",
            ErrorKind.CALLER,
            400,
            "The image's file, or the disk it would be, is larger than this cluster takes."),
    IMAGE_CONTENT_MISMATCH(
            "image.content-mismatch",
            ErrorKind.CALLER,
            400,
            "The file that came does not have the sha256 it was said to."),
    IMAGE_CONTENT_MISSING(
            "image.content-missing",
            ErrorKind.CALLER,
            400,
            "The service does not keep the image's file, only hosts do."),
    IMAGE_UPLOAD_NOT_FOUND(
            "image.upload-not-found",
            ErrorKind.CALLER,
            404,
            "There is no such upload or import, or it is not the caller's; the two are not told apart."),
    IMAGE_UPLOAD_CONFLICT(
            "image.upload-conflict",
            ErrorKind.CALLER,
            409,
            "The part does not begin where what is held ends, another part is arriving, or all are there."),
    IMAGE_UPLOAD_EXPIRED(
            "image.upload-expired", ErrorKind.CALLER, 400, "The file was not there before its time was over."),
    IMAGE_IMPORT_NOT_ALLOWED(
            "image.import-not-allowed",
            ErrorKind.CALLER,
            400,
            "Images are not fetched from this address; the description says from which."),
    IMAGE_IMPORT_FAILED(
            "image.import-failed",
            ErrorKind.CALLER,
            400,
            "The address did not give the file; the description says why."),
    IMAGE_STORE_MISSING(
            "image.store-missing",
            ErrorKind.OPERATOR,
            400,
            "This cluster keeps no files of images, or cannot look at them safely, so none are taken or given."),
    IMAGE_STORE_FULL("image.store-full", ErrorKind.OPERATOR, 400, "There is no room left for an image of this size."),
    IMAGE_TAINTED(
            "image.tainted",
            ErrorKind.CALLER,
            400,
            "What was exposed to restricted data, or is not known not to have been, becomes no image."),
    SNAPSHOT_NOT_FOUND("snapshot.not-found", ErrorKind.CALLER, 404, "The capsule has no such snapshot."),
    SNAPSHOT_NAME_TAKEN(
            "snapshot.name-taken", ErrorKind.CALLER, 400, "Another snapshot of the capsule has this name already."),
    SNAPSHOT_LIMIT_REACHED(
            "snapshot.limit-reached",
            ErrorKind.CALLER,
            400,
            "The capsule has as many snapshots as a capsule may have; delete one first."),
    SNAPSHOT_NOT_AVAILABLE(
            "snapshot.not-available",
            ErrorKind.CALLER,
            400,
            "The snapshot is in ERROR, so nothing but its deletion is possible; its error says why."),
    SNAPSHOT_TAINTED(
            "snapshot.tainted",
            ErrorKind.CALLER,
            400,
            "No snapshot is taken of what is not known to be free of restricted data."),
    CAPSULE_HAS_SNAPSHOTS(
            "capsule.has-snapshots",
            ErrorKind.CALLER,
            400,
            "A guest that writes to a disk with snapshots cannot move while it runs; stop the capsule first, or delete them."),
    RESULT_NOT_FOUND(
            "result.not-found",
            ErrorKind.CALLER,
            404,
            "There is no such result, or it is not the caller's to see; the two are not told apart."),
    RESULT_NOT_PENDING(
            "result.not-pending", ErrorKind.CALLER, 409, "The result's status does not allow this decision any more."),
    RESULT_NOT_RELEASED(
            "result.not-released", ErrorKind.CALLER, 400, "The result is not released, so it cannot be downloaded."),
    RESULT_LINK_EXPIRED(
            "result.link-expired", ErrorKind.CALLER, 400, "The download link is too old; ask for a new one."),
    RESULT_CONTENT_DELETED(
            "result.content-deleted",
            ErrorKind.CALLER,
            400,
            "The result's content was deleted when the time it is kept for was over."),
    RESULT_CONTENT_MISMATCH(
            "result.content-mismatch",
            ErrorKind.CALLER,
            400,
            "The sha256 of what was looked at is not that of the result."),
    RESULT_REVIEWER_IS_MEMBER(
            "result.reviewer-is-member",
            ErrorKind.CALLER,
            403,
            "Who is or was on the capsule does not review its results."),
    RESULT_TOO_LARGE("result.too-large", ErrorKind.CALLER, 400, "The result has more bytes than the service takes."),
    RESULT_REFUSED("result.refused", ErrorKind.CALLER, 400, "The result is not taken; the description says why."),
    QUOTA_EXCEEDED("quota.exceeded", ErrorKind.CALLER, 400, "The request would take the user over a quota."),
    CAPACITY_EXHAUSTED(
            "capacity.exhausted",
            ErrorKind.OPERATOR,
            400,
            "No host has room for the capsule; the description names what ran out."),
    OPERATION_NOT_FOUND(
            "operation.not-found", ErrorKind.CALLER, 404, "There is no such operation, or the caller may not see it."),
    OPERATION_DEADLINE_EXCEEDED(
            "operation.deadline-exceeded", ErrorKind.OPERATOR, 500, "The operation was not done by its deadline."),
    OPERATION_CANCELLED(
            "operation.cancelled",
            ErrorKind.CALLER,
            400,
            "A later command, such as deletevm, cancelled the operation."),
    OPERATION_NOT_CANCELLABLE(
            "operation.not-cancellable",
            ErrorKind.CALLER,
            400,
            "The operation has ended, or is of a kind that cannot be cancelled; the description says what to do instead."),
    SERVICE_UNAVAILABLE(
            "service.unavailable",
            ErrorKind.TRANSIENT,
            503,
            "The database is away for the moment; the Retry-After header says when to try again."),
    INTERNAL(
            "internal",
            ErrorKind.INTERNAL,
            500,
            "Something is wrong with the server; the request id leads to its log."),

    HOST_COMMAND_REFUSED(
            "host.command-refused",
            ErrorKind.OPERATOR,
            500,
            "The agent does not accept the command as authentic and current."),
    HOST_STALE_COMMAND(
            "host.stale-command", ErrorKind.INTERNAL, 500, "The agent has seen a later command for this capsule."),
    HOST_PORT_TAKEN(
            "host.port-taken", ErrorKind.OPERATOR, 500, "Another program on the host listens on the capsule's port."),
    HOST_IMAGE_MISSING(
            "host.image-missing",
            ErrorKind.OPERATOR,
            500,
            "The image's file is not on the host, or not with its checksum."),
    HOST_DISK_FULL("host.disk-full", ErrorKind.OPERATOR, 500, "The host's storage has no room left."),
    HOST_DISK_IN_USE(
            "host.disk-in-use",
            ErrorKind.OPERATOR,
            500,
            "A guest writes to the capsule's disk, or something of its secure mode is left, so nothing is made of the disk."),
    HOST_SNAPSHOT_MISSING(
            "host.snapshot-missing",
            ErrorKind.OPERATOR,
            500,
            "The capsule's disk on the host does not have the snapshot."),
    HOST_NOT_FOUND("host.not-found", ErrorKind.CALLER, 400, "There is no host of that name."),
    HOST_NOT_EMPTY(
            "host.not-empty",
            ErrorKind.CALLER,
            400,
            "The host cannot be removed yet; the description says what holds it."),
    HOST_JOIN_TOKEN_UNKNOWN(
            "host.join-token-unknown", ErrorKind.CALLER, 403, "There is no such join token, or not any more."),
    HOST_JOIN_TOKEN_EXPIRED("host.join-token-expired", ErrorKind.CALLER, 403, "The join token's time is over."),
    HOST_JOIN_TOKEN_USED("host.join-token-used", ErrorKind.CALLER, 403, "The join token was used by another machine."),
    HOST_JOIN_REFUSED(
            "host.join-refused",
            ErrorKind.CALLER,
            403,
            "The machine does not prove that it has the token, or the token is for a host of another name."),
    HOST_REPORT_REFUSED(
            "host.report-refused",
            ErrorKind.OPERATOR,
            403,
            "A router does not take the host for who it says it is; the description says why."),
    HOST_NOT_DOWN(
            "host.not-down",
            ErrorKind.CALLER,
            400,
            "The host was heard of a moment ago, and only one that is DOWN is fenced."),
    HOST_NOT_FENCED(
            "host.not-fenced", ErrorKind.CALLER, 400, "The host may still be running its capsules; fence it first."),
    HOST_FENCE_FAILED(
            "host.fence-failed",
            ErrorKind.OPERATOR,
            400,
            "The fence command did not end with success, or there is none, so the host does not count as off."),
    HOST_FENCED(
            "host.fenced",
            ErrorKind.OPERATOR,
            400,
            "The capsule's host was taken out of service; an operator evacuates its capsules or brings the host back."),
    HOST_UNREACHABLE(
            "host.unreachable",
            ErrorKind.TRANSIENT,
            500,
            "The capsule's host does not answer; what was asked for is done when it is back before the deadline."),
    HOST_UNSUITABLE(
            "host.unsuitable", ErrorKind.CALLER, 400, "The host cannot take the capsule; the description says why."),
    MIGRATION_NOT_FOUND("migration.not-found", ErrorKind.CALLER, 400, "There is no such migration under way."),
    MIGRATION_TOO_LATE(
            "migration.too-late",
            ErrorKind.CALLER,
            400,
            "The capsule has left its host already; the migration goes on."),
    MIGRATION_UNKNOWN(
            "migration.unknown",
            ErrorKind.OPERATOR,
            500,
            "A host stopped answering in the middle of a migration, so it is not known where the capsule is."),
    HOST_TRANSFER_DAMAGED(
            "host.transfer-damaged",
            ErrorKind.OPERATOR,
            500,
            "What arrived from another host is not what that host had sent."),
    HOST_CANNOT_MIGRATE(
            "host.cannot-migrate", ErrorKind.OPERATOR, 500, "The host is not set up for migration between hosts."),
    HOST_CAPSULE_MISSING("host.capsule-missing", ErrorKind.OPERATOR, 500, "The host has no files of this capsule."),
    HOST_HYPERVISOR_FAILED(
            "host.hypervisor-failed",
            ErrorKind.OPERATOR,
            500,
            "libvirt or QEMU refused; the description has its words."),
    HOST_HYPERVISOR_UNAVAILABLE(
            "host.hypervisor-unavailable",
            ErrorKind.TRANSIENT,
            500,
            "The agent has no connection to libvirt at the moment."),
    HOST_NOT_ADMITTED(
            "host.not-admitted", ErrorKind.TRANSIENT, 500, "The agent has not been told yet that its host may work."),
    HOST_POOL_MISSING(
            "host.pool-missing", ErrorKind.OPERATOR, 500, "The host has no storage that it shares with others."),
    DRIFT_NOT_FOUND(
            "drift.not-found",
            ErrorKind.CALLER,
            400,
            "There is no such disagreement that is open and can be collected."),
    HOST_POLICY_NOT_IN_FORCE(
            "host.policy-not-in-force",
            ErrorKind.OPERATOR,
            500,
            "The host's kernel does not enforce the network policy the guest should be under; the switch was taken back."),
    HOST_GUEST_UNREACHABLE(
            "host.guest-unreachable",
            ErrorKind.TRANSIENT,
            500,
            "The guest's agent does not answer, so what is inside the guest cannot be changed now."),
    HOST_TOOL_FAILED(
            "host.tool-failed",
            ErrorKind.OPERATOR,
            500,
            "A program the agent runs failed; the description has its last words."),
    HOST_RECEIPT_INVALID(
            "host.receipt-invalid",
            ErrorKind.OPERATOR,
            500,
            "The host reported a change of mode without a receipt that holds, so nothing proves which mode is in force.");

    private final String slug;
    private final ErrorKind kind;
    private final int httpStatus;
    private final String meaning;

    ErrorCode(String slug, ErrorKind kind, int httpStatus, String meaning) {
        this.slug = slug;
        this.kind = kind;
        this.httpStatus = httpStatus;
        this.meaning = meaning;
    }

    /** The stable name on the wire, such as {@code capsule.invalid-state}. */
    public String slug() {
        return slug;
    }

    public ErrorKind kind() {
        return kind;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** One sentence for the documentation; what went wrong this time stands in {@link Problem#detail()}. */
    public String meaning() {
        return meaning;
    }
}
