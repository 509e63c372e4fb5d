package org.datacapsule.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.HeartbeatReply;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.common.wire.SignedCommand;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final SignedCommand COMMAND = new SignedCommand("k", "e", "s");
    private static final HeartbeatReply MAY_WORK = HeartbeatReply.admitted(false);

    private final AtomicInteger obeyed = new AtomicInteger();
    private final AtomicInteger wentOn = new AtomicInteger();
    private final AtomicBoolean canObey = new AtomicBoolean(true);
    private final Admission admission = new Admission(
            command -> new CommandReply.Accepted(),
            recall -> {
                obeyed.incrementAndGet();
                return canObey.get();
            },
            wentOn::incrementAndGet);

    @Test
    void nothingIsTakenInBeforeARouterHasAnswered() {
        admission.linkBegins();
        assertThat(admission.receive(COMMAND)).isInstanceOf(CommandReply.Refused.class);
        assertThat(wentOn).hasValue(0);

        admission.answered(MAY_WORK);

        assertThat(admission.receive(COMMAND)).isEqualTo(new CommandReply.Accepted());
        assertThat(wentOn).hasValue(1);
    }

    @Test
    void aCommandThatIsAMomentEarlyWaitsForTheAnswer() throws Exception {
        Thread answering = Thread.startVirtualThread(() -> admission.answered(MAY_WORK));

        assertThat(admission.receive(COMMAND)).isEqualTo(new CommandReply.Accepted());
        answering.join();
    }

    @Test
    void overANewLinkItIsToldAnew() {
        admission.answered(MAY_WORK);

        admission.linkBegins();

        assertThat(admission.receive(COMMAND)).isInstanceOf(CommandReply.Refused.class);
        admission.answered(MAY_WORK);
        assertThat(wentOn).as("unfinished work is taken up once").hasValue(1);
    }

    @Test
    void aRecallIsObeyedOnceSaidAtOnceAndClosesTheDoor() {
        admission.answered(MAY_WORK);

        assertThat(admission.answered(recall(3)))
                .as("the next heartbeat follows at once")
                .isTrue();
        assertThat(admission.answered(recall(3))).isFalse();

        assertThat(obeyed).hasValue(1);
        assertThat(admission.recalled()).isEqualTo(3);
        assertThat(admission.receive(COMMAND)).isInstanceOf(CommandReply.Refused.class);
        admission.answered(recall(4));
        assertThat(admission.recalled()).isEqualTo(4);
    }

    @Test
    void whatCouldNotBeDoneIsNotSaidToBe() {
        canObey.set(false);
        assertThat(admission.answered(recall(3))).isFalse();
        assertThat(admission.recalled()).isZero();

        canObey.set(true);
        assertThat(admission.answered(recall(3))).isTrue();
        assertThat(admission.recalled()).isEqualTo(3);
    }

    private static HeartbeatReply recall(long epoch) {
        return HeartbeatReply.recalled(new Recall(epoch, List.of(COMMAND)));
    }
}
