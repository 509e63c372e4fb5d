package org.datacapsule.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapsuleObserverTest {
    /** As after its policy's file was renamed and the agent started again. */
    private static final String OF_NO_POLICY = "former";

    private final CapsuleSpec spec = TestAgent.spec();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void aGuestUnderTheFilterOfAPolicyThatIsNoMoreDoesNotPassForOneWithItsNetworkCut() throws Exception {
        try (TestAgent agent = running()) {
            agent.host.hypervisor().setFilter(spec.id(), OF_NO_POLICY);

            assertThat(observer(agent).found(spec.id())).isEqualTo(Found.RUNNING_IN_MAINTENANCE);
        }
    }

    @Test
    void aGuestWithItsDataIsInSecureModeWhateverItsFilterIsCalled() throws Exception {
        try (TestAgent agent = running()) {
            agent.done(agent.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
            agent.host.hypervisor().setFilter(spec.id(), OF_NO_POLICY);

            assertThat(observer(agent).found(spec.id())).isEqualTo(Found.RUNNING_IN_SECURE);
        }
    }

    private TestAgent running() throws InterruptedException {
        TestAgent agent = new TestAgent(directory).start();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
        return agent;
    }

    private static CapsuleObserver observer(TestAgent agent) {
        return new CapsuleObserver(agent.host.hypervisor(), agent.host.network(), agent.host.storage());
    }
}
