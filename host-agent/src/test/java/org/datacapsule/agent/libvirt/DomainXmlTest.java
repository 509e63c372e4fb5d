package org.datacapsule.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.Golden;
import org.datacapsule.agent.hypervisor.DomainPlan;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestAddress;
import org.junit.jupiter.api.Test;

class DomainXmlTest {
    private static final CapsuleId CAPSULE = CapsuleId.parse("6a9b4c1e-0d53-4d0c-9b0e-2f8a4d1c7e10");
    private static final LibvirtConfig CONFIG =
            new LibvirtConfig("qemu:///system", "auto", "datacapsule", "10.0.0.5", 4);

    @Test
    void aGuestUnderKvm() throws IOException {
        String xml = new DomainXml(CONFIG, new Acceleration("kvm", "")).write(plan("correct-horse"));
        Golden.assertMatches(getClass(), "kvm.xml", xml);
    }

    @Test
    void aGuestUnderTheEmulator() throws IOException {
        String xml = new DomainXml(CONFIG, new Acceleration("tcg", "")).write(plan("correct-horse"));
        Golden.assertMatches(getClass(), "tcg.xml", xml);
    }

    @Test
    void whatWasWrittenIsReadBack() {
        DomainPlan plan = plan("secret");
        String xml = new DomainXml(CONFIG, new Acceleration("tcg", "")).write(plan);
        assertThat(DomainXml.read(xml))
                .isEqualTo(Optional.of(
                        new DomainXml.Live(CAPSULE, 3, "datacapsule-maintenance", "", plan.disk(), Set.of(), false)));
    }

    @Test
    void aDomainWithoutOurMarkIsNotOurs() {
        assertThat(DomainXml.read("<domain><metadata><capsule id='x'/></metadata></domain>"))
                .isEmpty();
    }

    @Test
    void aPasswordIsCutBetweenLetters() {
        String xml = new DomainXml(CONFIG, new Acceleration("tcg", "")).write(plan("1234567\u00e9x"));
        assertThat(xml).contains("passwd=\"1234567\"");
    }

    @Test
    void markupInAPasswordStaysText() {
        String xml = new DomainXml(CONFIG, new Acceleration("tcg", "")).write(plan("'\"<&>"));
        assertThat(DomainXml.read(xml)).isPresent();
        assertThat(xml).contains("passwd=\"'&quot;&lt;&amp;&gt;\"");
    }

    @Test
    void documentTypesAreRefused() {
        assertThatThrownBy(() ->
                        DomainXml.read("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><domain>&e;</domain>"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static DomainPlan plan(String password) {
        CapsuleSpec spec = new CapsuleSpec(
                CAPSULE,
                CapsuleType.RESEARCH,
                2,
                4096,
                20,
                new GuestAddress("52:54:00:00:00:11", "10.90.0.33"),
                22_017,
                5917);
        Path folder = Path.of("/var/lib/datacapsule/capsules", CAPSULE.toString());
        return new DomainPlan(
                spec, 3, folder.resolve("disk.qcow2"), folder.resolve("seed.img"), "datacapsule-maintenance", password);
    }
}
