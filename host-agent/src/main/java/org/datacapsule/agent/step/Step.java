package org.datacapsule.agent.step;

/**
 * Every step boundary of the agent: the named thing has just been done, and nothing after it. An agent that dies at any of
 * them and is started again ends in the same place; tests walk them all.
 */
public enum Step {
    COMMAND_VERIFIED("command.verified", 0),
    COMMAND_JOURNALED("command.journaled", 0),
    COMMAND_BEGUN("command.begun", 5),

    CREATE_IMAGE_READY("create.image-ready", 50),
    CREATE_DISK_MADE("create.disk-made", 60),
    CREATE_LEASE_RESERVED("create.lease-reserved", 90),

    LAUNCH_WAY_CLEARED("launch.way-cleared", 10),
    LAUNCH_LEASE_RESERVED("launch.lease-reserved", 20),
    LAUNCH_SSH_OPENED("launch.ssh-opened", 35),
    LAUNCH_SEED_WRITTEN("launch.seed-written", 45),
    LAUNCH_DOMAIN_STARTED("launch.domain-started", 80),
    LAUNCH_FILTER_CHECKED("launch.filter-checked", 95),
    /** A launch that failed has taken back what it opened. */
    LAUNCH_UNDONE("launch.undone", 95),

    STOP_ASKED("stop.asked", 20),
    STOP_GUEST_GONE("stop.guest-gone", 80),
    STOP_SECURE_DROPPED("stop.secure-dropped", 90),
    STOP_SSH_CLOSED("stop.ssh-closed", 95),

    SECURE_VOLUME_READY("secure.volume-ready", 10),
    SECURE_CHECKPOINT_TAKEN("secure.checkpoint-taken", 35),
    SECURE_FILTER_SET("secure.filter-set", 60),
    SECURE_CONNECTIONS_CUT("secure.connections-cut", 65),
    SECURE_POLICY_VERIFIED("secure.policy-verified", 75),
    SECURE_VOLUME_ATTACHED("secure.volume-attached", 85),
    SECURE_CHANNEL_ATTACHED("secure.channel-attached", 95),
    /** A switch that failed has taken back what it did. */
    SECURE_UNDONE("secure.undone", 95),

    MAINTENANCE_GUEST_ENDED("maintenance.guest-ended", 30),
    MAINTENANCE_OVERLAY_DROPPED("maintenance.overlay-dropped", 40),
    MAINTENANCE_SSH_OPENED("maintenance.ssh-opened", 45),
    MAINTENANCE_GUEST_RESTORED("maintenance.guest-restored", 80),
    MAINTENANCE_POLICY_VERIFIED("maintenance.policy-verified", 90),
    MAINTENANCE_CHECKPOINT_DROPPED("maintenance.checkpoint-dropped", 95),

    DELETE_DOMAIN_DESTROYED("delete.domain-destroyed", 30),
    DELETE_SSH_CLOSED("delete.ssh-closed", 45),
    DELETE_LEASE_RELEASED("delete.lease-released", 60),
    DELETE_FILES_DELETED("delete.files-deleted", 95),

    INSPECT_LOOKED("inspect.looked", 95),

    SYNC_KEYS_SET("sync-keys.set", 60),
    SYNC_KEYS_SESSIONS_ENDED("sync-keys.sessions-ended", 95),

    RECEIVE_IMAGE_READY("receive.image-ready", 3),
    RECEIVE_DISK_MADE("receive.disk-made", 3),
    RECEIVE_LEASE_RESERVED("receive.lease-reserved", 4),
    RECEIVE_EXPECTED("receive.expected", 5),
    RECEIVE_SSH_OPENED("receive.ssh-opened", 6),
    SEND_FILES_SENT("send-files.sent", 40),
    MAKE_READY_FILES_ACCEPTED("make-ready.files-accepted", 43),
    MAKE_READY_SECURE_PARTS_MADE("make-ready.secure-parts-made", 44),
    SEND_AWAY_MARKED("send-away.marked", 45),
    SEND_AWAY_LEFT("send-away.left", 90),
    SEND_AWAY_SSH_CLOSED("send-away.ssh-closed", 91),
    TAKE_OVER_POLICY_VERIFIED("take-over.policy-verified", 92),
    TAKE_OVER_RESUMED("take-over.resumed", 93),
    TAKE_OVER_GUEST_CHECKED("take-over.guest-checked", 94),
    TAKE_OVER_SPEC_KEPT("take-over.spec-kept", 95),
    STAY_LOOKED("stay.looked", 95),

    RELINQUISH_GUEST_GONE("relinquish.guest-gone", 40),
    RELINQUISH_WAY_CLOSED("relinquish.way-closed", 70),
    RELINQUISH_FILES_SET_ASIDE("relinquish.files-set-aside", 95),
    DISCARD_FILES_GONE("discard.files-gone", 95),
    ADOPT_IMAGE_READY("adopt.image-ready", 50),
    ADOPT_FILES_TAKEN("adopt.files-taken", 60),
    ADOPT_LEASE_RESERVED("adopt.lease-reserved", 95),

    SHARE_IMAGE_CHECKED("share-image.checked", 10),
    SHARE_IMAGE_FLATTENED("share-image.flattened", 90),
    SHARE_IMAGE_KEPT("share-image.kept", 95),

    SNAPSHOT_CHECKED("snapshot.checked", 10),
    SNAPSHOT_TAKEN("snapshot.taken", 95),
    SNAPSHOT_REVERTED_TO("snapshot.reverted-to", 95),
    SNAPSHOT_DELETED("snapshot.deleted", 95),

    OUTCOME_DECIDED("outcome.decided", 99),
    OUTCOME_JOURNALED("outcome.journaled", 100),
    OUTCOME_BEFORE_REPORT("outcome.before-report", 100),
    OUTCOME_ACKNOWLEDGED("outcome.acknowledged", 100),
    OUTCOME_SETTLED("outcome.settled", 100);

    private final String wireName;
    private final int percent;

    Step(String wireName, int percent) {
        this.wireName = wireName;
        this.percent = percent;
    }

    /** The name in progress reports and in the file of {@code fault-injection.halt-file}. */
    public String wireName() {
        return wireName;
    }

    /** Roughly how far the command has come, 0 to 100. */
    public int percent() {
        return percent;
    }
}
