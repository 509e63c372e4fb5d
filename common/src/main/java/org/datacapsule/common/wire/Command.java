package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.id.Sha256;

/** What an agent can be told to make so. Each is idempotent: done again it finds nothing left to do. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Command.Create.class, name = "create"),
    @JsonSubTypes.Type(value = Command.Launch.class, name = "launch"),
    @JsonSubTypes.Type(value = Command.Stop.class, name = "stop"),
    @JsonSubTypes.Type(value = Command.Delete.class, name = "delete"),
    @JsonSubTypes.Type(value = Command.Inspect.class, name = "inspect")
})
public sealed interface Command {

    CapsuleSpec spec();

    /** Working directory and an overlay of {@code spec.diskGb} on the cached image; nothing runs yet. */
    record Create(CapsuleSpec spec, Sha256 image) implements Command {}

    /** A running guest under the maintenance policy, its screen and SSH port reachable. */
    record Launch(CapsuleSpec spec, Login login) implements Command {}

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
}
