package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Departure.SentGuest;

/** What an agent can be told to make so. Each is idempotent: done again it finds nothing left to do. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Command.Create.class, name = "create"),
    @JsonSubTypes.Type(value = Command.Launch.class, name = "launch"),
    @JsonSubTypes.Type(value = Command.Stop.class, name = "stop"),
    @JsonSubTypes.Type(value = Command.Delete.class, name = "delete"),
    @JsonSubTypes.Type(value = Command.Inspect.class, name = "inspect"),
    @JsonSubTypes.Type(value = Command.SyncKeys.class, name = "sync-keys"),
    @JsonSubTypes.Type(value = Command.SwitchToSecure.class, name = "switch-to-secure"),
    @JsonSubTypes.Type(value = Command.SwitchToMaintenance.class, name = "switch-to-maintenance"),
    @JsonSubTypes.Type(value = Command.Receive.class, name = "receive"),
    @JsonSubTypes.Type(value = Command.SendFiles.class, name = "send-files"),
    @JsonSubTypes.Type(value = Command.MakeReady.class, name = "make-ready"),
    @JsonSubTypes.Type(value = Command.SendAway.class, name = "send-away"),
    @JsonSubTypes.Type(value = Command.TakeOver.class, name = "take-over"),
    @JsonSubTypes.Type(value = Command.Stay.class, name = "stay"),
    @JsonSubTypes.Type(value = Command.Evict.class, name = "evict"),
    @JsonSubTypes.Type(value = Command.Relinquish.class, name = "relinquish"),
    @JsonSubTypes.Type(value = Command.Discard.class, name = "discard"),
    @JsonSubTypes.Type(value = Command.Adopt.class, name = "adopt"),
    @JsonSubTypes.Type(value = Command.ShareImage.class, name = "share-image"),
    @JsonSubTypes.Type(value = Command.TakeSnapshot.class, name = "take-snapshot"),
    @JsonSubTypes.Type(value = Command.RevertToSnapshot.class, name = "revert-to-snapshot"),
    @JsonSubTypes.Type(value = Command.DeleteSnapshot.class, name = "delete-snapshot")
})
public sealed interface Command {

    CapsuleSpec spec();

    /** Working directory and an overlay of {@code spec.diskGb} on the cached image; nothing runs yet. */
    record Create(CapsuleSpec spec, Sha256 image) implements Command {}

    /**
     * A running guest under the maintenance policy, its screen and SSH port reachable.
     *
     * @param volume what the guest is going to see in secure mode: to make it takes seconds, which then are over. Absent
     *     where nobody is there who has its key; a switch needs it all the same
     */
    record Launch(CapsuleSpec spec, Login login, Optional<SecureVolume> volume) implements Command {
        public Launch(CapsuleSpec spec, Login login, SecureVolume volume) {
            this(spec, login, Optional.of(volume));
        }
    }

    /**
     * The running guest under the secure policy, which is verified to be in force before the secure volume is attached; its
     * state of before is kept as a checkpoint. The outcome has a receipt.
     */
    record SwitchToSecure(CapsuleSpec spec, SecureVolume volume) implements Command {}

    /** The guest as it was at the checkpoint, under the maintenance policy and without the volume. The outcome has a receipt. */
    record SwitchToMaintenance(CapsuleSpec spec) implements Command {}

    /**
     * No guest any more: asked to power off, and cut off when it has not within the grace.
     *
     * @param graceSeconds 0 cuts at once
     */
    record Stop(CapsuleSpec spec, int graceSeconds) implements Command {}

    /** Nothing left of the capsule on this host. */
    record Delete(CapsuleSpec spec) implements Command {}

    /** Changes nothing; the outcome says what is there. */
    record Inspect(CapsuleSpec spec) implements Command {}

    /**
     * In the running guest, the account's authorized keys are exactly these; a key that is not listed is gone. Carries the
     * capsule's current sequence and leaves its state alone, however it ends.
     *
     * @param userName the account, as the {@link Launch} before had it
     * @param sshKeys OpenSSH public keys, one line each; none is none
     * @param endSessions somebody lost access: end the account's open sessions, after the keys are in place
     */
    record SyncKeys(CapsuleSpec spec, String userName, List<String> sshKeys, boolean endSessions) implements Command {
        public SyncKeys {
            sshKeys = List.copyOf(sshKeys);
        }
    }

    /**
     * To the host a capsule migrates to: its files can be written from the other host, its address, way in and ports are
     * ready. The outcome has the landing.
     *
     * @param spec with the ports of this host
     * @param mode the capsule is in, and stays in; NOT_DEFINED when it is shut down
     * @param login what the guest was launched with; absent when the capsule is shut down
     */
    record Receive(CapsuleSpec spec, Sha256 image, CapsuleMode mode, Optional<Login> login) implements Command {}

    /**
     * To the host a capsule migrates from: those of its files that nobody writes to are sent to the landing; the outcome has
     * them. Its guest, if it has one, runs on.
     *
     * @param spec with the ports of this host
     * @param mebibytesPerSecond at most; 0 for no limit
     */
    record SendFiles(CapsuleSpec spec, CapsuleMode mode, Landing landing, int mebibytesPerSecond) implements Command {}

    /**
     * To the host a capsule migrates to: the files are those that were sent, and there is all that its guest needs to come.
     *
     * @param spec with the ports of this host
     * @param volume of a guest in secure mode, which brings what is on it along; absent in any other
     */
    record MakeReady(
            CapsuleSpec spec, Sha256 image, CapsuleMode mode, List<SentFile> arrived, Optional<SecureVolume> volume)
            implements Command {
        public MakeReady {
            arrived = List.copyOf(arrived);
        }
    }

    /**
     * To the host a capsule migrates from: its running guest is sent to the landing, with what it writes to; the outcome has
     * the departure. Sent again it finds out what became of it. When it fails and says that the guest is here, it runs as
     * before. One in secure mode stands still at the other host until that has verified its policy.
     *
     * @param spec with the ports of this host
     * @param arriving as the other host has it, with its ports
     * @param generation the guest's from its arrival on
     * @param mebibytesPerSecond at most; 0 for no limit
     */
    record SendAway(
            CapsuleSpec spec,
            CapsuleSpec arriving,
            CapsuleMode mode,
            Landing landing,
            long generation,
            int mebibytesPerSecond)
            implements Command {}

    /**
     * To the host a capsule has migrated to: it is this host's from now on. A guest's policy is verified; of one in secure
     * mode before it goes on, and the outcome has a receipt.
     *
     * @param guest that was sent; absent when the capsule is shut down
     */
    record TakeOver(CapsuleSpec spec, CapsuleMode mode, Optional<SentGuest> guest) implements Command {}

    /** To the host a capsule was to migrate from: it stays, unless it has left already; the outcome says what is here. */
    record Stay(CapsuleSpec spec) implements Command {}

    /**
     * Nothing is left on this host of a capsule that lives elsewhere, or has lived here up to this generation. Leaves alone
     * one that has come (back) with a newer one.
     */
    record Evict(CapsuleSpec spec) implements Command {}

    /**
     * This host is not the capsule's home any more: no guest, no way in and no lease is left of what has lived here up to this
     * generation, and its files are set aside under that generation, where nothing but a {@link Discard} touches them.
     */
    record Relinquish(CapsuleSpec spec) implements Command {}

    /**
     * What was set aside of a capsule is gone for good.
     *
     * @param setAside the generation it was set aside under
     */
    record Discard(CapsuleSpec spec, long setAside) implements Command {}

    /**
     * The files of a capsule whose host is gone are this host's, taken out of the storage both share; nothing runs yet.
     *
     * @param spec with the ports of this host
     * @param from the host that is gone; it is fenced
     */
    record Adopt(CapsuleSpec spec, Sha256 image, HostId from) implements Command {}

    /**
     * The capsule's disk, flattened to a file that needs no other, is among this host's images; the outcome has what it is.
     * Nothing of secure mode is ever in it: it is made only where no guest runs and nothing of secure mode is left.
     *
     * @param image the disk lies on
     * @param snapshot as which the disk is taken; as it is now where there is none
     */
    record ShareImage(
            CapsuleSpec spec,
            Sha256 image,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<SnapshotId> snapshot) implements Command {
        public ShareImage(CapsuleSpec spec, Sha256 image) {
            this(spec, image, Optional.empty());
        }
    }

    /**
     * The capsule's disk, of which no guest runs and nothing of secure mode is left, has this snapshot; the outcome has what it is.
     *
     * @param image the disk lies on
     */
    record TakeSnapshot(CapsuleSpec spec, Sha256 image, SnapshotId snapshot) implements Command {}

    /**
     * The capsule's disk is what it was when the snapshot was taken, which it still has. No guest may have written since it was
     * asked for, so that done again it changes nothing.
     *
     * @param image the disk lies on
     */
    record RevertToSnapshot(CapsuleSpec spec, Sha256 image, SnapshotId snapshot) implements Command {}

    /**
     * The capsule's disk does not have the snapshot, and is as it was.
     *
     * @param image the disk lies on
     */
    record DeleteSnapshot(CapsuleSpec spec, Sha256 image, SnapshotId snapshot) implements Command {}
}
