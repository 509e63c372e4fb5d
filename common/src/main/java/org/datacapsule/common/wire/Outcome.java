package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.Problem;

/** How a command ended on a host. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Succeeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
public sealed interface Outcome {

    /**
     * @param found what an {@link Command.Inspect} saw; UNSAID for every other command
     * @param receipt what the host testifies, where the command changed the capsule's mode
     * @param landing where a capsule is expected, of {@link Command.Receive} only
     * @param departure what was sent, of {@link Command.SendFiles} and {@link Command.SendAway}; what has come, of
     *     {@link Command.TakeOver}
     * @param image what was made, of {@link Command.ShareImage} only
     * @param snapshot what was taken, of {@link Command.TakeSnapshot} only
     */
    record Succeeded(
            Found found,
            Optional<SignedReceipt> receipt,
            Optional<Landing> landing,
            Optional<Departure> departure,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<MadeImage> image,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<MadeSnapshot> snapshot)
            implements Outcome {
        public static final Succeeded DONE = found(Found.UNSAID);

        public static Succeeded found(Found found) {
            return new Succeeded(
                    found, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        public static Succeeded with(SignedReceipt receipt) {
            return new Succeeded(
                    Found.UNSAID,
                    Optional.of(receipt),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public static Succeeded at(Landing landing) {
            return new Succeeded(
                    Found.UNSAID,
                    Optional.empty(),
                    Optional.of(landing),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public static Succeeded with(Departure departure) {
            return with(departure, Optional.empty());
        }

        public static Succeeded with(Departure departure, Optional<SignedReceipt> receipt) {
            return new Succeeded(
                    Found.UNSAID,
                    receipt,
                    Optional.empty(),
                    Optional.of(departure),
                    Optional.empty(),
                    Optional.empty());
        }

        public static Succeeded made(MadeImage image) {
            return new Succeeded(
                    Found.UNSAID,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(image),
                    Optional.empty());
        }

        public static Succeeded taken(MadeSnapshot snapshot) {
            return new Succeeded(
                    Found.UNSAID,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(snapshot));
        }
    }

    /**
     * @param retryable whether the same command may succeed when it is tried again
     * @param found what the command left behind, where it put things back in order and knows; UNSAID where it does not
     */
    record Failed(Problem problem, boolean retryable, Found found) implements Outcome {
        public Failed(Problem problem, boolean retryable) {
            this(problem, retryable, Found.UNSAID);
        }
    }
}
