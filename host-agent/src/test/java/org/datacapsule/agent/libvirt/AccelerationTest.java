package org.datacapsule.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccelerationTest {
    @TempDir
    private Path folder;

    @Test
    void aDeviceOnACpuThatDoesNotVirtualizeIsNotUsed() throws IOException {
        assertThat(choose(WantedAcceleration.AUTO, true, "flags : fpu sse hypervisor")
                        .name())
                .isEqualTo("tcg");
    }

    @Test
    void aDeviceOnACpuThatVirtualizesIsUsed() throws IOException {
        assertThat(choose(WantedAcceleration.AUTO, true, "flags : fpu svm sse").name())
                .isEqualTo("kvm");
    }

    @Test
    void withoutADeviceTheEmulatorRuns() throws IOException {
        assertThat(choose(WantedAcceleration.AUTO, false, "flags : vmx").name()).isEqualTo("tcg");
    }

    @Test
    void theConfigurationHasTheLastWord() throws IOException {
        assertThat(choose(WantedAcceleration.KVM, false, "").name()).isEqualTo("kvm");
        assertThat(choose(WantedAcceleration.TCG, true, "flags : vmx").name()).isEqualTo("tcg");
        assertThatThrownBy(() -> WantedAcceleration.parse("hax")).isInstanceOf(IllegalArgumentException.class);
    }

    private Acceleration choose(WantedAcceleration wanted, boolean device, String cpuInfo) throws IOException {
        Path kvm = folder.resolve("kvm");
        if (device) {
            Files.writeString(kvm, "");
        }
        return Acceleration.choose(wanted, kvm, Files.writeString(folder.resolve("cpuinfo"), cpuInfo));
    }
}
