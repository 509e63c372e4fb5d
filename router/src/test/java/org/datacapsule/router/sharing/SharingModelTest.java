package org.datacapsule.router.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.sharing.FullAccessEvent.Decided;
import org.datacapsule.router.sharing.FullAccessEvent.Requested;
import org.datacapsule.router.sharing.SharingModel.Kind;
import org.datacapsule.router.sharing.SharingModel.Step;
import org.junit.jupiter.api.Test;

/** The rules of sharing against {@link SharingModel}, over random sequences; {@code -Dseed=} replays one. */
class SharingModelTest {
    private static final int SEQUENCES = 400;
    private static final int STEPS = 150;
    private static final int MOST_ROLES = 6;
    private static final List<CapsuleStatus> STATUSES = List.of(
            CapsuleStatus.SHUTDOWN,
            CapsuleStatus.running(CapsuleMode.MAINTENANCE),
            CapsuleStatus.running(CapsuleMode.SECURE),
            new CapsuleStatus(CapsuleState.LAUNCH_PENDING, CapsuleMode.NOT_DEFINED),
            CapsuleStatus.ERROR);

    @Test
    void randomSequencesDoWhatTheModelSays() {
        Long given = Long.getLong("seed");
        for (int sequence = 0; sequence < (given == null ? SEQUENCES : 1); sequence++) {
            walk(given == null ? System.nanoTime() : given);
        }
    }

    private static void walk(long seed) {
        Random random = new Random(seed);
        SharingModel model = new SharingModel("ann");
        SharedCapsule capsule = new SharedCapsule(
                CapsuleType.RESEARCH,
                Optional.empty(),
                List.of(Member.of("ann", CapsuleRole.OWNER_CONTROLLER, Optional.empty(), true)));
        for (int number = 0; number < STEPS; number++) {
            // Half of the time it is settled, so that the sequences get somewhere.
            CapsuleStatus status =
                    STATUSES.get(random.nextBoolean() ? random.nextInt(2) : random.nextInt(STATUSES.size()));
            model.status(status.toString());
            Step step = Step.random(random);
            String as = "-Dseed=%d step %d: %s while %s".formatted(seed, number, step, status);

            String expected = model.answer(step);
            String answered = "ok";
            try {
                SharedCapsule after = apply(capsule, status, step);
                assertThat(KeyChange.between(capsule, after)).as(as).isEqualTo(keyChange(capsule, after));
                capsule = after;
            } catch (ProblemException e) {
                answered = e.problem().code().slug();
            }

            assertThat(answered).as(as).isEqualTo(expected);
            assertThat(words(capsule)).as(as).isEqualTo(model.toString());
            assertInvariants(capsule, as);
        }
    }

    /** As the endpoints do: role and terms, then the state, then the rule. */
    private static SharedCapsule apply(SharedCapsule now, CapsuleStatus status, Step step) {
        return switch (step.kind()) {
            case ACCEPT -> now.with(member(now, step).withTerms(true));
            case WITHDRAW -> now.with(member(now, step).withTerms(false));
            case GRANT -> decided(now, status, new Decided(true, Optional.empty()));
            case REJECT -> decided(now, status, new Decided(false, Optional.empty()));
            case GRANT_SOME -> decided(now, status, new Decided(true, Optional.of(step.named())));
            case REJECT_SOME -> decided(now, status, new Decided(false, Optional.of(step.named())));
            default -> {
                CapsuleCommand command = command(step.kind());
                Member caller = member(now, step);
                caller.membership().require(command, now.type());
                WhenAllowed.require(command, status);
                yield rule(now, caller, step).orThrow();
            }
        };
    }

    private static SharedCapsule decided(SharedCapsule now, CapsuleStatus status, Decided decision) {
        WhenAllowed.require(CapsuleCommand.UPDATE, status);
        return FullAccessLife.next(now, decision).orThrow();
    }

    private static SharingChange rule(SharedCapsule now, Member caller, Step step) {
        String first = step.named().getFirst();
        return switch (step.kind()) {
            case ADD -> AddMembers.to(now, step.named(), MOST_ROLES);
            case ADD_WITHOUT_REASON ->
                now.type() == CapsuleType.RESEARCH_FULL
                        ? new SharingChange.Refused(ErrorCode.REQUEST_INVALID, "desc_shared")
                        : AddMembers.to(now, step.named(), MOST_ROLES);
            case SUPPORT ->
                now.member(SharingModel.SUPPORT).isPresent()
                        ? new SharingChange.Moved(now)
                        : AddMembers.to(now, List.of(SharingModel.SUPPORT), MOST_ROLES);
            case REMOVE -> RemoveMembers.from(now, step.named());
            case EXIT -> RemoveMembers.from(now, List.of(step.actor()));
            case DELEGATE -> ManageController.transfer(now, caller, ControlTransfer.Action.DELEGATE, first);
            case REVOKE -> ManageController.transfer(now, caller, ControlTransfer.Action.REVOKE, first);
            case ASK -> FullAccessLife.next(now, new Requested());
            default -> new SharingChange.Moved(now);
        };
    }

    private static CapsuleCommand command(Kind kind) {
        return switch (kind) {
            case ADD, ADD_WITHOUT_REASON -> CapsuleCommand.ADD_SHAREES;
            case REMOVE -> CapsuleCommand.DELETE_SHAREES;
            case DELEGATE, REVOKE -> CapsuleCommand.MANAGE_CONTROLLER;
            case EXIT -> CapsuleCommand.EXIT;
            case SUPPORT -> CapsuleCommand.ADD_SUPPORT_USER;
            default -> CapsuleCommand.UPDATE;
        };
    }

    private static Member member(SharedCapsule now, Step step) {
        return now.member(step.actor()).orElseThrow(() -> new ProblemException(ErrorCode.CAPSULE_NOT_FOUND, "no role"));
    }

    private static KeyChange keyChange(SharedCapsule before, SharedCapsule after) {
        boolean lost = before.members().stream()
                .anyMatch(member -> member.hasAccess(before.type()) && !hasAccess(after, member.guid()));
        boolean gained = after.members().stream()
                .anyMatch(member -> member.hasAccess(after.type()) && !hasAccess(before, member.guid()));
        return lost ? KeyChange.LOST : gained ? KeyChange.GAINED : KeyChange.NONE;
    }

    private static boolean hasAccess(SharedCapsule capsule, String guid) {
        return capsule.member(guid)
                .filter(member -> member.hasAccess(capsule.type()))
                .isPresent();
    }

    private static void assertInvariants(SharedCapsule capsule, String as) {
        List<String> roles = capsule.members().stream()
                .map(member -> member.role().wireName())
                .filter(role -> !role.equals("SHAREE"))
                .sorted()
                .toList();
        assertThat(roles).as(as).isIn(List.of("OWNER-CONTROLLER"), List.of("CONTROLLER", "OWNER"));
        assertThat(capsule.members()).as(as).hasSizeLessThanOrEqualTo(MOST_ROLES);
        assertThat(capsule.members().stream().map(Member::guid)).as(as).doesNotHaveDuplicates();
        Optional<Boolean> granted = Optional.of(true);
        assertThat(capsule.fullAccess().equals(granted)).as(as).isEqualTo(capsule.type() == CapsuleType.RESEARCH_FULL);
        for (Member member : capsule.members()) {
            Optional<Boolean> access = member.membership().fullAccess();
            if (capsule.type() == CapsuleType.RESEARCH_FULL) {
                assertThat(access).as(as).isPresent();
                assertThat(member.role() == CapsuleRole.SHAREE || access.equals(granted))
                        .as(as)
                        .isTrue();
            } else {
                assertThat(access).as(as).isEqualTo(capsule.fullAccess());
            }
        }
    }

    private static String words(SharedCapsule capsule) {
        return capsule.type().wireName() + " " + word(capsule.fullAccess()) + "\n"
                + capsule.members().stream()
                        .map(member -> member.guid() + " " + member.role().wireName() + " "
                                + word(member.membership().fullAccess()) + " "
                                + member.membership().termsAccepted())
                        .sorted()
                        .collect(Collectors.joining("\n"));
    }

    private static String word(Optional<Boolean> fullAccess) {
        return fullAccess.map(String::valueOf).orElse("null");
    }
}
