package org.datacapsule.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramRunnerTest {
    private final ProgramRunner programs = new ProgramRunner(Duration.ofSeconds(1));

    @Test
    void inputGoesInAndOutputComesOut() throws ProgramFailedException {
        assertThat(programs.run(List.of("cat"), "a\nb\n")).isEqualTo("a\nb\n");
    }

    @Test
    void aFailureSaysItsLastWordsWithoutTheHostsDirectories() {
        assertThatThrownBy(() -> programs.run(List.of("ls", "/no/such/place")))
                .hasMessageContaining("No such file")
                .hasMessageContaining("place")
                .hasMessageNotContaining("/no/such");
    }

    @Test
    void aProgramThatDoesNotEndIsKilled() {
        assertThatThrownBy(() -> programs.run(List.of("sleep", "60"))).hasMessageContaining("within 1 s");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> programs.run(List.of("no-such-program")))
                .hasMessageContaining("no-such-program: cannot be run");
    }
}
